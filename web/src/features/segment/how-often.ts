/** How often something happened, for the first or last time, or what one of its details comes to: one choice. Pure. */
import type { AmountOf, AmountOp, EventAmount, EventCondition, EventCount, Occurrence } from "@/api/types";

export type HowOften = EventCount["op"] | Occurrence | AmountOf;

export const COUNTS: readonly EventCount["op"][] = ["at_least", "exactly", "at_most"];
export const OCCURRENCES: readonly Occurrence[] = ["first", "last"];
export const AMOUNTS: readonly AmountOf[] = ["sum", "average", "min", "max", "distinct"];
export const AMOUNT_OPS: readonly AmountOp[] = ["at_least", "more_than", "exactly", "at_most", "less_than"];

function isOneOf<T extends string>(all: readonly T[], choice: string): choice is T {
  return (all as readonly string[]).includes(choice);
}

export function howOftenOf({ count, occurrence, amount }: EventCondition): HowOften {
  return amount?.of ?? occurrence ?? count?.op ?? "at_least";
}

/** Only what was chosen stays, for the contract takes one of the three; as much of it as fits. */
export function withHowOften(event: EventCondition, choice: HowOften): EventCondition {
  const { count, occurrence: _occurrence, amount, ...rest } = event;
  if (isOneOf(AMOUNTS, choice)) return { ...rest, amount: { property: "", op: "at_least", ...amount, of: choice } };
  if (isOneOf(OCCURRENCES, choice)) return { ...rest, occurrence: choice };
  return { ...rest, count: { op: choice, value: count?.value ?? 1 } };
}

/** Another event has other details. */
export function withEvent(event: EventCondition, next: EventCondition): EventCondition {
  return next.amount && next.name !== event.name ? { ...next, amount: { ...next.amount, property: "" } } : next;
}

function isAmountComplete({ property, value }: EventAmount): boolean {
  return property !== "" && value !== undefined && Number.isFinite(value);
}

export function isHowOftenComplete({ count, amount }: EventCondition): boolean {
  if (amount) return isAmountComplete(amount);
  return !count || (Number.isInteger(count.value) && count.value >= 0);
}

/** Whether an amount of nothing is what was asked for: the total, and the number of different values, of nothing is 0. */
export function fitsNothing({ amount, op }: EventCondition): boolean {
  if (!amount || op !== "performed" || (amount.of !== "sum" && amount.of !== "distinct")) return false;
  const { value } = amount;
  if (value === undefined || !Number.isFinite(value)) return false;
  return {
    at_least: 0 >= value,
    more_than: 0 > value,
    exactly: value === 0,
    at_most: 0 <= value,
    less_than: 0 < value,
  }[amount.op];
}
