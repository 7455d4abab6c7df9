/** Ways of working out, states, and what stands in the way, in words. */
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { ApiError } from "@/api/errors";
import * as format from "@/lib/format";
import type { StateLooks } from "@/ui/StateBadge";
import type { Obstacle, StarterName } from "./model";

export const STATUS: StateLooks = {
  filling: { label: msg`being worked out`, color: "blue" },
  live: { label: msg`up to date`, color: "teal" },
  removing: { label: msg`being taken away`, color: "gray" },
  failed: { label: msg`failed`, color: "red" },
};

/** What an aggregate is called in the picker, and what it gives in a few words. */
export function useAggregateWords(): (name: string) => { label: string; about: string } {
  const { t } = useLingui();
  const words: Record<string, { label: string; about: string }> = {
    count: { label: t`how often it happened`, about: t`For example: the number of orders.` },
    sum: { label: t`the total`, about: t`Adds a detail up. For example: revenue of all orders.` },
    average: { label: t`the average`, about: t`For example: what an order is worth on average.` },
    min: { label: t`the lowest`, about: t`For example: the cheapest order.` },
    max: { label: t`the highest`, about: t`For example: the dearest order.` },
    first: { label: t`the first`, about: t`What it was the first time, or when that was.` },
    last: { label: t`the last`, about: t`What it was the last time, or when that was.` },
    most_frequent: { label: t`the most frequent`, about: t`For example: the category looked at most.` },
    unique_list: { label: t`the list of all different`, about: t`For example: every brand ever bought.` },
    days_since: { label: t`days since the last time`, about: t`For example: days since the last order.` },
  };
  return (name) => words[name] ?? { label: name, about: "" };
}

export function useObstacleWords(): Record<Obstacle, string> {
  const { t } = useLingui();
  return {
    event: t`Choose an event first.`,
    property: t`Choose the detail to work with.`,
    filter: t`Finish or remove the details that are not finished.`,
    window: t`Say from when, or choose another period.`,
    formula: t`Write a formula first.`,
  };
}

export function useStarterWords(): Record<StarterName, { title: string; about: string }> {
  const { t } = useLingui();
  return {
    orders: { title: t`Orders in the last 90 days`, about: t`Who buys often? Make a segment of three or more.` },
    revenue: { title: t`Total revenue`, about: t`What somebody has spent in all, on every channel.` },
    visit: { title: t`Days since the last visit`, about: t`Who has not been here for a while?` },
  };
}

/** What the server found wrong, by the code of the field; its own words where there are none. */
export function useMistakeWords(): (code: string, detail: string) => string {
  const { t } = useLingui();
  const words: Record<string, string> = {
    name_taken: t`Another computed trait or attribute has this name`,
    name_reserved: t`This name is kept for something else`,
    name_invalid: t`A name has letters, digits, _ and - only`,
    name_fixed: t`It is used under its old name, so that stays`,
    formula_invalid: t`The formula is not right yet`,
    formula_never_answers: t`The formula has no answer for anybody: it always divides by zero, or takes a date for a number`,
    formula_unknown_function: t`There is no such function`,
    property_missing: t`Choose the detail to work with.`,
    event_own: t`This event comes from Tutti itself and cannot be used here`,
    filter_relative: t`A detail cannot be compared with today here: use the period instead`,
    formula_cycle: t`The formula would need its own result`,
    too_many_computed_traits: t`There are as many computed traits as there may be`,
  };
  return (code, detail) => words[code] ?? detail;
}

export type Mistake = { pointer: string; code: string; detail: string };

/** The mistakes a refused definition names, or none. */
export function mistakesOf(error: unknown): Mistake[] {
  return error instanceof ApiError ? (error.problem.errors ?? []) : [];
}

/** A value as a reader sees it: dates as dates, lists with commas. */
export function valueText(value: unknown, type: string): string {
  if (type === "date" && typeof value === "string") return format.dateTime(value);
  if (Array.isArray(value)) return value.length > 0 ? value.map(format.value).join(", ") : format.NOTHING;
  return format.value(value);
}
