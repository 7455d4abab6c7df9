/** How often something is fetched. Pure. */
import type { Schedule } from "./types";

const HOUR = 60;
const DAY = 24 * HOUR;
/** Minutes to choose from. */
export const STEPS = [5, 15, 30, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY] as const;

export const FIRST: Schedule = { every_minutes: HOUR };

export const isDaily = (schedule: Schedule): schedule is Extract<Schedule, { daily_at: string }> =>
  "daily_at" in schedule;

/** The steps, and the one that was set elsewhere when it is none of them. */
export function stepsWith(minutes: number): number[] {
  const all = new Set<number>([...STEPS, minutes]);
  return [...all].sort((a, b) => a - b);
}

export type Every = { unit: "minutes" | "hours" | "days"; count: number };

/** In the largest unit that comes out whole. */
export function everyOf(minutes: number): Every {
  if (minutes % DAY === 0) return { unit: "days", count: minutes / DAY };
  return minutes % HOUR === 0 ? { unit: "hours", count: minutes / HOUR } : { unit: "minutes", count: minutes };
}

export const isClock = (text: string) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
