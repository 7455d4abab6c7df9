/** The moment a campaign starts by itself: from the fields of the form to what the server keeps, and back. Pure. */
import type { Schedule } from "@/api/types";
import { momentOf, wallTime } from "@/lib/zones";

export type ScheduleForm = {
  /** "2026-11-25" and "09:00", as the clock of `zone` shows them. */
  day: string;
  time: string;
  zone: string;
  /** How long after that it may still start. */
  leewayHours: number;
};

export const LEEWAYS_HOURS = [1, 4, 12, 24, 72];
const DEFAULT_LEEWAY_HOURS = 4;
const MORNING = "09:00";
const HOUR_MS = 3_600_000;

/** Tomorrow at nine. */
export function suggestion(zone: string, now: Date): ScheduleForm {
  const day = wallTime(now.getTime() + 24 * HOUR_MS, zone).slice(0, 10);
  return { day, time: MORNING, zone, leewayHours: DEFAULT_LEEWAY_HOURS };
}

export function formOf(schedule: Schedule, zone: string): ScheduleForm {
  const [day = "", time = ""] = wallTime(schedule.scheduled_at, zone).split("T");
  const leeway = (Date.parse(schedule.latest_at) - Date.parse(schedule.scheduled_at)) / HOUR_MS;
  return { day, time, zone, leewayHours: Math.round(leeway) };
}

export type ScheduleProblem = "empty" | "past" | "skipped";
export type Planned = { schedule: Schedule; twice: boolean } | { problem: ScheduleProblem };

export function plan(form: ScheduleForm, now: Date): Planned {
  const moment = momentOf(`${form.day}T${form.time}`, form.zone);
  if (moment.kind === "none") return { problem: "empty" };
  if (moment.kind === "skipped") return { problem: "skipped" };
  if (moment.at <= now) return { problem: "past" };
  const latest = new Date(moment.at.getTime() + form.leewayHours * HOUR_MS);
  return {
    schedule: { scheduled_at: moment.at.toISOString(), latest_at: latest.toISOString() },
    twice: moment.kind === "twice",
  };
}

const SOON_MS = 60_000;
const WATCH_MS = 2_000;
const REST_MS = 30_000;

/** How often to look whether a scheduled campaign has begun: often around its time, seldom before. */
export function watchEvery(schedule: Schedule | null | undefined, now: number): number {
  return schedule && Date.parse(schedule.scheduled_at) - now > SOON_MS ? REST_MS : WATCH_MS;
}
