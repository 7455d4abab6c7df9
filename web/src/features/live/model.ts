/** The window of events on screen: newest first, bounded, without duplicates. Pure. */
import type { LiveEvent } from "@/api/types";

/** More than this nobody reads, and the browser has to draw it. */
export const MOST_SHOWN = 250;

/** Puts `fresh` (oldest first, as they arrived) before `shown`. */
export function prepend(shown: LiveEvent[], fresh: LiveEvent[]): LiveEvent[] {
  const seen = new Set<string>();
  const out: LiveEvent[] = [];
  for (const event of [...fresh].reverse().concat(shown)) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    out.push(event);
    if (out.length === MOST_SHOWN) break;
  }
  return out;
}

/** The few properties worth a glance, in one line. */
export function summary(event: LiveEvent): string {
  const parts: string[] = [];
  const source = { ...event.traits, ...event.properties };
  for (const [name, value] of Object.entries(source)) {
    if (value === null || value === undefined) continue;
    if (Array.isArray(value)) parts.push(`${name}: ${value.length}`);
    else if (typeof value !== "object") parts.push(`${name}: ${String(value)}`);
    if (parts.length === 4) break;
  }
  return parts.join(" · ");
}
