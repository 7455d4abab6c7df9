/** Timeline grouping and event words. Pure. */
import type { Profile, TimelineEvent } from "@/api/types";
import { dayKey, money, moneyOf } from "@/lib/format";

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

const text = (value: unknown) => (typeof value === "string" ? value : "");

/** Hits that were taken for a person's and turned out to be a machine's: an event of its own says so later. */
export function reclassifiedHits(events: TimelineEvent[]): ReadonlySet<string> {
  const { isArray } = Array;
  return new Set(
    events.flatMap(({ properties }) => (isArray(properties.hits) ? properties.hits.filter((hit) => text(hit)) : [])),
  );
}

/** Whether a program (a link checker, a mail proxy) did it and not the person. */
export function byMachine({ properties }: TimelineEvent, reclassified: ReadonlySet<string>): boolean {
  return properties.machine === "machine" || reclassified.has(text(properties.hit_id));
}

/** An amount as the server writes it into a summary: "EUR 89.95". */
const AMOUNT = /^([A-Z]{3}) (-?\d+\.\d\d)$/;

/** A few words about an event: an amount as the reader writes it, else what the server says; "" when that is the name. */
export function summaryOf({ name, summary }: TimelineEvent): string {
  const [, currency, amount] = AMOUNT.exec(summary) ?? [];
  if (currency) return money(moneyOf(Number(amount), currency));
  return summary === name ? "" : summary;
}

/** The state of a channel's consent, "unknown" when nothing was ever said. */
export function consentOf(profile: Profile, channel: string) {
  return profile.consent.find((entry) => entry.channel === channel) ?? null;
}
