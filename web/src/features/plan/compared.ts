/** How many events a planned one was compared with. Pure. */
import type { PlannedEvent } from "./types";

const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * How many events were compared with it, and since when where that is less than the week the number is about. Nothing
 * compared within so short a time is no zero: events from before it was planned are not looked at.
 */
export function comparedOf(event: PlannedEvent, now: number): { count: number | null; since: string | null } {
  const { judged } = event.last_7d;
  if (now - Date.parse(event.created_at) >= WEEK_MS) return { count: judged, since: null };
  return { count: judged === 0 ? null : judged, since: event.created_at };
}
