/**
 * Every number, date and amount on screen is formatted here, in the reader's language and the workspace's time zone.
 * The context is set once by the frame before anything is drawn (the tree is remounted when it changes).
 */
import { plural, t } from "@lingui/core/macro";
import type { Money } from "@/api/types";
import { frisianParts } from "./frisian";

export type FormatContext = { locale: string; timeZone: string; currency: string };

/** Regional variants give day-first dates and 24-hour times; Frisian borrows Dutch patterns with its own names. */
export const INTL_LOCALE: Record<string, string> = { en: "en-GB", nl: "nl-NL", sv: "sv-SE", fy: "nl-NL" };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let context: FormatContext = { locale: "en", timeZone: "UTC", currency: "EUR" };

export function setFormatContext(next: Partial<FormatContext>): void {
  context = { ...context, ...next };
}

export function formatContext(): FormatContext {
  return context;
}

function intl(): string {
  return INTL_LOCALE[context.locale] ?? context.locale;
}

function asDate(at: string | number | Date): Date {
  return at instanceof Date ? at : new Date(at);
}

function dateText(at: string | number | Date, options: Intl.DateTimeFormatOptions): string {
  const date = asDate(at);
  if (Number.isNaN(date.getTime())) return "–";
  const format = new Intl.DateTimeFormat(intl(), { timeZone: context.timeZone, ...options });
  if (context.locale !== "fy") return format.format(date);
  return frisianParts(format.formatToParts(date), date, options.timeZone ?? context.timeZone);
}

/** Shown where there is no value. */
export const NOTHING = "–";

export function number(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined) return NOTHING;
  return new Intl.NumberFormat(intl(), { maximumFractionDigits: digits }).format(value);
}

/** 12,345 as "12.3K": for axes and tiles only. */
export function compact(value: number): string {
  return new Intl.NumberFormat(intl(), { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** `share` is 0..1. */
export function percent(share: number | null | undefined, digits = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return NOTHING;
  return new Intl.NumberFormat(intl(), { style: "percent", maximumFractionDigits: digits }).format(share);
}

export function ratio(part: number, whole: number): string {
  return whole > 0 ? percent(part / whole) : NOTHING;
}

function minorDigits(currency: string): number {
  const options = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
  return options.maximumFractionDigits ?? 2;
}

function major(amount: Money): number {
  return amount.minor / 10 ** minorDigits(amount.currency);
}

/** An amount in whole units, as events carry it. */
export function moneyOf(amount: number, currency: string): Money {
  return { minor: Math.round(amount * 10 ** minorDigits(currency)), currency };
}

/** Below this an amount is written out, so that €90 does not stand for €89.95. */
const SMALLEST_SHORTENED = 10_000;

/** How the parts of a sum are written: all with cents, or, of a large sum, all without. */
export function sumStyle(sum: Money): "full" | "whole" {
  return Math.abs(major(sum)) >= SMALLEST_SHORTENED ? "whole" : "full";
}

/**
 * `full` has cents, `whole` has none; `compact` is "€12.3k" for large sums and full for others; `axis` is always
 * short, for the lines of a chart.
 */
export type MoneyStyle = "full" | "whole" | "compact" | "axis";

export function money(amount: Money | null | undefined, style: MoneyStyle = "full"): string {
  if (!amount) return NOTHING;
  const value = major(amount);
  const short = style === "axis" || (style === "compact" && Math.abs(value) >= SMALLEST_SHORTENED);
  return new Intl.NumberFormat(intl(), {
    style: "currency",
    currency: amount.currency,
    ...(short ? { notation: "compact", maximumFractionDigits: 1 } : {}),
    ...(style === "whole" ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {}),
  }).format(value);
}

export function minorAsMoney(minor: number, currency = context.currency): Money {
  return { minor, currency };
}

export function date(at: string | number | Date | null | undefined): string {
  return at ? dateText(at, { day: "numeric", month: "short", year: "numeric" }) : NOTHING;
}

export function dateTime(at: string | number | Date | null | undefined): string {
  if (!at) return NOTHING;
  return dateText(at, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
}

/** Weekday, date and time in a zone that is named: for what will happen at that moment. */
export function appointment(at: string | number | Date, timeZone = context.timeZone): string {
  const text = dateText(at, { dateStyle: "full", timeStyle: "short", timeZone });
  return `${text} (${timeZone})`;
}

/** With seconds and zone: for tooltips and details. */
export function exactTime(at: string | number | Date | null | undefined): string {
  if (!at) return NOTHING;
  const text = dateText(at, { dateStyle: "long", timeStyle: "medium" });
  return `${text} (${context.timeZone})`;
}

export function time(at: string | number | Date): string {
  return dateText(at, { hour: "2-digit", minute: "2-digit" });
}

export function clock(at: string | number | Date): string {
  return dateText(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** Calendar day in the workspace's zone, as "2026-11-22": a key, not for reading. */
export function dayKey(at: string | number | Date): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: context.timeZone }).format(asDate(at));
}

/** Axis label of a calendar day ("2026-11-22"); the day has no zone. */
export function dayLabel(day: string): string {
  const date = new Date(`${day}T12:00:00Z`);
  const format = new Intl.DateTimeFormat(intl(), { day: "numeric", month: "short", timeZone: "UTC" });
  return context.locale === "fy" ? frisianParts(format.formatToParts(date), date, "UTC") : format.format(date);
}

/** Heading of a day in a timeline: today, yesterday, or the date in words. */
export function dayHeading(at: string | number | Date, now: Date = new Date()): string {
  const key = dayKey(at);
  if (key === dayKey(now)) return t`Today`;
  if (key === dayKey(now.getTime() - DAY)) return t`Yesterday`;
  return dateText(at, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

/** "5 minutes ago", from our own catalogue because Frisian is thin in the browser's data. */
export function ago(at: string | number | Date | null | undefined, now: Date = new Date()): string {
  if (!at) return NOTHING;
  const passed = now.getTime() - asDate(at).getTime();
  if (passed < 10 * SECOND) return t`just now`;
  if (passed < MINUTE) return plural(Math.floor(passed / SECOND), { one: "# second ago", other: "# seconds ago" });
  if (passed < HOUR) return plural(Math.floor(passed / MINUTE), { one: "# minute ago", other: "# minutes ago" });
  if (passed < DAY) return plural(Math.floor(passed / HOUR), { one: "# hour ago", other: "# hours ago" });
  if (passed < 31 * DAY) return plural(Math.floor(passed / DAY), { one: "# day ago", other: "# days ago" });
  return date(at);
}

/** A length of time, in the largest unit that stays above one. */
export function duration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return plural(Math.round(ms / SECOND), { one: "# second", other: "# seconds" });
  if (ms < HOUR) return plural(Math.round(ms / MINUTE), { one: "# minute", other: "# minutes" });
  if (ms < DAY) return plural(Math.round(ms / HOUR), { one: "# hour", other: "# hours" });
  return plural(Math.round(ms / DAY), { one: "# day", other: "# days" });
}

/** A length of time in two units, for counting down: "2 days 3 hours". */
export function countdown(ms: number): string {
  if (ms < MINUTE) return t`less than a minute`;
  const days = plural(Math.floor(ms / DAY), { one: "# day", other: "# days" });
  const hours = plural(Math.floor((ms % DAY) / HOUR), { one: "# hour", other: "# hours" });
  const minutes = plural(Math.floor((ms % HOUR) / MINUTE), { one: "# minute", other: "# minutes" });
  if (ms < HOUR) return minutes;
  if (ms < DAY) return ms % HOUR < MINUTE ? hours : `${hours} ${minutes}`;
  return ms % DAY < HOUR ? days : `${days} ${hours}`;
}

function nameOf(code: string, type: "region" | "language"): string {
  try {
    return new Intl.DisplayNames([intl()], { type, fallback: "code" }).of(code) ?? code;
  } catch {
    // Not a code at all: whoever sent it wrote the name.
    return code;
  }
}

/** "NL" as "Netherlands". */
export function country(code: string | null | undefined): string {
  return code ? nameOf(/^[a-z]{2}$/i.test(code) ? code.toUpperCase() : code, "region") : NOTHING;
}

/** "nl-NL" as "Dutch (Netherlands)". */
export function language(tag: string | null | undefined): string {
  return tag ? nameOf(tag.replaceAll("_", "-"), "language") : NOTHING;
}

const KIB = 1024;

export function bytes(size: number | null | undefined): string {
  if (size === null || size === undefined) return NOTHING;
  if (size < KIB) return `${number(size)} B`;
  if (size < KIB * KIB) return `${number(size / KIB, 1)} KB`;
  if (size < KIB ** 3) return `${number(size / KIB ** 2, 1)} MB`;
  return `${number(size / KIB ** 3, 2)} GB`;
}

/** Difference of today to yesterday as a signed share; null when there is nothing to compare with. */
export function change(now: number, before: number): { share: number; text: string } | null {
  if (before === 0) return null;
  const share = (now - before) / before;
  const text = new Intl.NumberFormat(intl(), {
    style: "percent",
    signDisplay: "exceptZero",
    maximumFractionDigits: 0,
  }).format(share);
  return { share, text };
}

/** A person without name and address is called "Visitor 42" by the server: in the reader's language here. */
export function person(label: string): string {
  const visitor = /^Visitor (\d+)$/.exec(label)?.[1];
  return visitor ? t`Visitor ${visitor}` : label;
}

/** Any JSON value in one short line. */
export function value(input: unknown): string {
  if (input === null || input === undefined) return NOTHING;
  if (typeof input === "number") return number(input, 4);
  if (typeof input === "boolean") return input ? t`yes` : t`no`;
  if (typeof input === "string") return input;
  return JSON.stringify(input);
}
