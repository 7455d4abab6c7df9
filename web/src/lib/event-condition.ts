/** Whether the parts of a condition on events are finished, so that the server can count them. Pure. */
import type { EventWindow, PropertyCondition } from "@/api/types";
import { isValueComplete } from "./operators";

export function isWindowComplete(window: EventWindow | null | undefined): boolean {
  if (!window) return true;
  if ("last" in window) return window.last.amount > 0;
  return "since" in window ? window.since !== "" : window.between.from !== "" && window.between.to !== "";
}

export function areFiltersComplete(where: PropertyCondition[] = []): boolean {
  return where.every((filter) => filter.property !== "" && isValueComplete(filter.op, filter.value));
}
