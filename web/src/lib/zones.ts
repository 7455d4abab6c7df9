/** Time zones and currencies to choose from, as the browser knows them. */

export function timeZones(): string[] {
  return Intl.supportedValuesOf("timeZone");
}

export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function currencies(): string[] {
  return Intl.supportedValuesOf("currency");
}

const DAY_MS = 24 * 3_600_000;

/** What the clock on the wall of a zone shows then, as "2026-11-25T09:00": the value of date and time fields. */
export function wallTime(at: Date | number | string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(new Date(at));
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}`;
}

export type Moment =
  | { kind: "exact" | "twice"; at: Date }
  /** Not a date and time, or one that the clock jumps over that day. */
  | { kind: "none" }
  | { kind: "skipped" };

/** The moment at which a zone's clock shows `wall`; of the two on the night the clock goes back, the first. */
export function momentOf(wall: string, timeZone: string): Moment {
  const asUtc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(wall) ? Date.parse(`${wall}Z`) : Number.NaN;
  if (Number.isNaN(asUtc)) return { kind: "none" };
  const offset = (at: number) => Date.parse(`${wallTime(at, timeZone)}Z`) - at;
  const before = asUtc - offset(asUtc - DAY_MS);
  const after = asUtc - offset(asUtc + DAY_MS);
  const fit = [before, after].filter((at) => wallTime(at, timeZone) === wall);
  const first = fit[0];
  if (first === undefined) return { kind: "skipped" };
  return { kind: fit.length === 2 && before !== after ? "twice" : "exact", at: new Date(first) };
}
