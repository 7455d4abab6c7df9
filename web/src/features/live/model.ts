/** The window of events on screen: newest first, bounded, without duplicates. Pure. */
import type { LiveEvent } from "@/api/types";
import { person } from "@/lib/format";

/** More than this nobody reads, and the browser has to draw it. */
export const MOST_SHOWN = 250;

/** Characters of an id shown for somebody without a name. */
const ID_TAIL = 6;

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

/** A name for who did it: the customer's own, else what the event says, else the end of the id. */
export function personLabel(
  event: LiveEvent,
  labels: ReadonlyMap<string, string>,
  visitor: (tail: string) => string,
): string {
  const { id } = event.profile;
  const label = event.profile.label ?? labels.get(id);
  if (label) return person(label);
  const context = event.context as { traits?: Record<string, unknown> };
  const said = { ...context.traits, ...event.traits, ...event.properties };
  const { email } = said;
  if (typeof email === "string" && email.includes("@")) return email;
  return visitor(id.replace(/^prf_/, "").slice(-ID_TAIL));
}
