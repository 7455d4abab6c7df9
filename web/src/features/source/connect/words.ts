/** How a connection is doing and what went wrong, in the reader's words; the server's own sentence has the names. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import type { Health, Reason } from "./health";
import { everyOf, isDaily } from "./schedule";
import { useTroubleWords } from "./troubles";
import type { PayloadState, Run, Schedule, TakenFile } from "./types";

/** The light in a word, why, and what to do. */
export function useHealthWords(): (health: Health, kind?: string) => { title: string; text: string } {
  const { t } = useLingui();
  const trouble = useTroubleWords();
  const words: Record<Reason, { title: string; text: string }> = {
    works: { title: t`It works`, text: t`The last thing that came in was good.` },
    running: { title: t`It is fetching`, text: t`You can leave this page: it goes on.` },
    waiting: { title: t`Nothing has come in yet`, text: t`It is ready. This turns green with the first event.` },
    unmapped: {
      title: t`It arrives, but becomes no event yet`,
      text: t`What came in is kept. Make the mapping, or see why what came fits no rule of it: then it becomes events too.`,
    },
    silent: {
      title: t`Nothing for over a week`,
      text: t`If that is not what you expect, look whether it was switched off where it sends from.`,
    },
    paused: { title: t`Paused`, text: t`Somebody paused it. Nothing is fetched or accepted until it goes on.` },
    refusing: {
      title: t`The last event was refused`,
      text: t`Look at the refused events below for the reason, and put it right where it sends from.`,
    },
    failing: { title: t`It does not work`, text: t`Read the reason, put it right, and run it again.` },
  };
  return (health, kind) => {
    const found = health.reason === "failing" ? trouble(health.code, kind) : null;
    return found ? { title: found.what, text: found.fix } : words[health.reason];
  };
}

export function useScheduleWords(): (schedule: Schedule) => string {
  const { t } = useLingui();
  const every = useEveryWords();
  return (schedule) => {
    if (!isDaily(schedule)) return every(schedule.every_minutes);
    const { daily_at, time_zone = "UTC" } = schedule;
    return t`Every day at ${daily_at} (${time_zone})`;
  };
}

export function useEveryWords(): (minutes: number) => string {
  return (minutes) => {
    const { unit, count } = everyOf(minutes);
    if (unit === "minutes") return plural(count, { one: "Every minute", other: "Every # minutes" });
    if (unit === "hours") return plural(count, { one: "Every hour", other: "Every # hours" });
    return plural(count, { one: "Every day", other: "Every # days" });
  };
}

type Looks<S extends string> = Record<S, { label: string; color: string }>;

export function useRunStates(): Looks<Run["state"]> {
  const { t } = useLingui();
  return {
    running: { label: t`Running`, color: "indigo" },
    done: { label: t`Finished`, color: "teal" },
    failed: { label: t`Failed`, color: "red" },
    interrupted: { label: t`Interrupted`, color: "gray" },
  };
}

export function useFileStates(): Looks<TakenFile["state"]> {
  const { t } = useLingui();
  return {
    importing: { label: t`Being imported`, color: "indigo" },
    done: { label: t`Imported`, color: "teal" },
    failed: { label: t`Failed`, color: "red" },
  };
}

export function usePayloadStates(): Looks<PayloadState> {
  const { t } = useLingui();
  return {
    mapped: { label: t`Became events`, color: "teal" },
    nothing: { label: t`No rule fits`, color: "gray" },
    failed: { label: t`Failed`, color: "red" },
    unmapped: { label: t`Kept, no mapping yet`, color: "blue" },
  };
}
