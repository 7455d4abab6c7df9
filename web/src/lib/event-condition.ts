/** The parts of a condition on events: whether they are finished, so that the server can count them, and their details. Pure. */
import type { EventMatch, EventProperty, EventWindow, PropertyCondition, Span } from "@/api/types";
import { isValueComplete, valueType } from "./operators";

export function isSpanComplete({ amount }: Span): boolean {
  return Number.isInteger(amount) && amount > 0;
}

export function isWindowComplete(window: EventWindow | null | undefined): boolean {
  if (!window) return true;
  if ("last" in window) return isSpanComplete(window.last);
  return "since" in window ? window.since !== "" : window.between.from !== "" && window.between.to !== "";
}

export function areFiltersComplete(where: PropertyCondition[] = []): boolean {
  return where.every((filter) => filter.property !== "" && isValueComplete(filter.op, filter.value));
}

export function isMatchComplete({ name, where }: EventMatch): boolean {
  return name !== "" && areFiltersComplete(where);
}

export const isNumeric = (property: EventProperty) => valueType(property.type) === "number";

/** What can be reckoned with before what cannot; otherwise as they came. */
export function numbersFirst(items: EventProperty[]): EventProperty[] {
  return [...items.filter(isNumeric), ...items.filter((item) => !isNumeric(item))];
}
