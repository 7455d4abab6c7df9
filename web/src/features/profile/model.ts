/** Timeline grouping and event words. Pure. */
import type { Profile, TimelineEvent } from "@/api/types";
import { dayKey } from "@/lib/format";

export type Day = { key: string; at: string; events: TimelineEvent[] };

/** Splits a newest-first list into calendar days of the workspace's zone. */
export function byDay(events: TimelineEvent[]): Day[] {
  const days: Day[] = [];
  for (const event of events) {
    const key = dayKey(event.at);
    const last = days.at(-1);
    if (last?.key === key) last.events.push(event);
    else days.push({ key, at: event.at, events: [event] });
  }
  return days;
}

/** The state of a channel's consent, "unknown" when nothing was ever said. */
export function consentOf(profile: Profile, channel: string) {
  return profile.consent.find((entry) => entry.channel === channel) ?? null;
}

/** A trait typed by a person, as JSON where it is meant so: 12, true, ["a"]; else text. */
export function parseTraitValue(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (/^(-?\d+(\.\d+)?|true|false|null|\[.*\]|\{.*\})$/s.test(trimmed) && !/^-?0\d/.test(trimmed)) {
    try {
      return JSON.parse(trimmed);
    } catch {
      return text;
    }
  }
  return text;
}
