/** Rules as sentences, what cannot be undone, and what a run came to, in words. */
import type { MessageDescriptor } from "@lingui/core";
import { msg, plural, t } from "@lingui/core/macro";
import { useLingui as useRuntime } from "@lingui/react";
import { useLingui } from "@lingui/react/macro";
import { ApiError } from "@/api/errors";
import type { StateLooks } from "@/ui/StateBadge";
import type { Obstacle, StarterName } from "./model";
import type { Action, Keep, Kind, RuleRequest, Target, Unit } from "./types";

export const RULE_STATE: StateLooks = {
  on: { label: msg`on`, color: "teal" },
  off: { label: msg`off`, color: "gray" },
};

export const RUN_STATE: StateLooks = {
  running: { label: msg`at work`, color: "blue" },
  done: { label: msg`done`, color: "teal" },
  failed: { label: msg`failed`, color: "red" },
};

export function kindWords(kind: string): string {
  const words: Record<Kind, string> = {
    track: t`Everything people do`,
    page: t`Page views`,
    screen: t`Screen views in the app`,
    identify: t`Messages about who somebody is`,
    group: t`Messages about companies`,
    alias: t`Messages that join two IDs`,
  };
  return words[kind as Kind] ?? kind;
}

/** What a rule is about. */
export function targetWords({ what, name }: Target): string {
  if (what === "everything_else") return t`Everything else`;
  return what === "kind" ? kindWords(name ?? "") : (name ?? "");
}

export function spanWords({ amount, unit }: Keep): string {
  if (unit === "day") return plural(amount, { one: "# day", other: "# days" });
  return plural(amount, { one: "# month", other: "# months" });
}

/** "Page views: deleted after 13 months" */
export function ruleWords({ target, keep, action }: RuleRequest): string {
  const what = targetWords(target);
  if (!keep) return t`${what}: kept for ever`;
  const span = spanWords(keep);
  return action === "delete" ? t`${what}: deleted after ${span}` : t`${what}: made anonymous after ${span}`;
}

export function useUnitChoices(): { value: Unit; label: string }[] {
  const { t } = useLingui();
  return [
    { value: "month", label: t`months` },
    { value: "day", label: t`days` },
  ];
}

export function useActionChoices(): { value: Action; label: string; does: string }[] {
  const { t } = useLingui();
  return [
    {
      value: "delete",
      label: t`Delete`,
      does: t`The events are gone: from timelines, from segments and from later counts.`,
    },
    {
      value: "anonymise",
      label: t`Make anonymous`,
      does: t`The events stay for counting but belong to nobody. Names, addresses and everything not on the list below are removed.`,
    },
  ];
}

export function useObstacleWords(): Record<Obstacle, string> {
  const { t } = useLingui();
  return {
    name: t`Choose an event first.`,
    amount: t`Say for how long, in whole months or days.`,
    taken: t`There is a rule for this already.`,
  };
}

export function useStarterWords(): Record<StarterName, string> {
  const { t } = useLingui();
  return {
    pages: t`The largest part of most histories. After a year they say little about anybody.`,
    opens: t`Numbers per campaign stay; who opened what is forgotten.`,
    rest: t`An upper limit for whatever no other rule is about.`,
  };
}

/** What a rule does not do, or does besides. */
export const WARNINGS: Record<string, MessageDescriptor> = {
  orders_stay: msg`Orders and revenue in reports stay; only the events in the history go.`,
  attribution_stays: msg`What a campaign was credited with stays; opens and clicks go from timelines.`,
  traits_stay: msg`What is known about people stays; only the messages that said so go.`,
  merges_less_exact: msg`Taking a wrong merge apart later becomes less exact: the events that would tell who is who are gone.`,
  counters_stay: msg`A customer’s first and last visit and number of events stay as they were counted; only the timeline gets shorter.`,
  kept_for_orders: msg`Orders are credited to campaigns for longer than this rule keeps events: what that needs is kept until then.`,
  forever: msg`These events are kept for ever, also when a wider rule would take them.`,
};

/** What the server found wrong in a field. */
export const MISTAKES: Record<string, MessageDescriptor> = {
  missing: msg`This is needed`,
  too_long: msg`This is too long`,
  out_of_range: msg`Say for how long, in whole months or days.`,
  retention_protected: msg`These events are kept whatever a rule says: they prove what somebody allowed, or what was merged or erased.`,
  needed_by_orders: msg`Orders need these events longer: they may not go before the time in which an order is credited to a campaign. You find it under Workspace.`,
};

/** The words for a code; the server's own where there are none. */
export function useCodeWords(of: Record<string, MessageDescriptor>): (code: string, detail: string) => string {
  const { _ } = useRuntime();
  return (code, detail) => {
    const words = of[code];
    return words ? _(words) : detail;
  };
}

/** The mistakes of a refused rule, by the place they are about. */
export function mistakesOf(error: unknown): { pointer: string; code: string; detail: string }[] {
  return error instanceof ApiError ? (error.problem.errors ?? []) : [];
}
