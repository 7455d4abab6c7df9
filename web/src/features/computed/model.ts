/** A definition as it is edited, what is missing in it, and the name it suggests. Pure. */
import type { EventProperty, Operator, PropertyCondition, TimeUnit } from "@/api/types";
import { areFiltersComplete, isNumeric, isWindowComplete } from "@/lib/event-condition";
import { YEARLY_OPERATORS } from "@/lib/operators";
import type { Aggregate, Definition, EventPart, NeedsProperty } from "./types";

export type Kind = "aggregate" | "formula";
/** Both ways at once: whoever looks at the other tab loses nothing. */
export type Draft = {
  kind: Kind;
  aggregate: string;
  property: string;
  event: EventPart;
  formula: string;
};

/** A value may not change by itself while nothing happens: only a window moves with time. */
export const MOVING_OPERATORS: readonly Operator[] = ["within_last", "not_within_last", ...YEARLY_OPERATORS];

/** What makes sense of numbers only. */
const NUMERIC: readonly string[] = ["sum", "average", "min", "max"];

export const EMPTY_EVENT: EventPart = {
  name: "",
  where: [],
  window: { last: { amount: 90, unit: "day" } },
  channel: null,
};

export function emptyDraft(more: Partial<Draft> = {}): Draft {
  return { kind: "aggregate", aggregate: "count", property: "", event: EMPTY_EVENT, formula: "", ...more };
}

export function draftOf(definition: Definition): Draft {
  if ("formula" in definition) return emptyDraft({ kind: "formula", formula: definition.formula });
  const { aggregate, property, event } = definition;
  return emptyDraft({
    aggregate,
    property: property ?? "",
    event: { where: [], window: null, channel: null, ...event },
  });
}

export function needsProperty(aggregates: Aggregate[], name: string): NeedsProperty {
  return aggregates.find((one) => one.name === name)?.needs_property ?? "no";
}

export type Obstacle = "event" | "property" | "filter" | "window" | "formula";

/** What is missing before a definition can be tried; null when nothing is. */
export function obstacle(draft: Draft, needs: NeedsProperty): Obstacle | null {
  if (draft.kind === "formula") return draft.formula.trim() ? null : "formula";
  const { event } = draft;
  if (!event.name) return "event";
  if (needs === "yes" && !draft.property) return "property";
  if (!areFiltersComplete(event.where)) return "filter";
  return isWindowComplete(event.window) ? null : "window";
}

/** What is sent. A property that the aggregate has no use for stays behind. */
export function definitionOf(draft: Draft, needs: NeedsProperty): Definition {
  if (draft.kind === "formula") return { formula: draft.formula.trim() };
  const property = needs === "no" ? "" : draft.property;
  return { aggregate: draft.aggregate, ...(property ? { property } : {}), event: draft.event };
}

/** Another event has other details. */
export function withEvent(draft: Draft, name: string): Draft {
  if (name === draft.event.name) return draft;
  return { ...draft, property: "", event: { ...draft.event, name, where: [] } };
}

/** A comparison with "the last 30 days" is not possible here, however it came in. */
export function movingFilter(where: PropertyCondition[] = []): PropertyCondition | null {
  return where.find((filter) => MOVING_OPERATORS.includes(filter.op)) ?? null;
}

/** Which details fit the aggregate best, and the others. */
export function splitProperties(
  items: EventProperty[],
  aggregate: string,
): { first: EventProperty[]; rest: EventProperty[] } {
  if (!NUMERIC.includes(aggregate)) return { first: items, rest: [] };
  return { first: items.filter(isNumeric), rest: items.filter((item) => !isNumeric(item)) };
}

// Names

const UNIT_MARKS: Record<TimeUnit, string> = { minute: "min", hour: "h", day: "d", week: "w", month: "mo", year: "y" };
export const LONGEST_NAME = 64;

/** "Order Completed" as "order_completed". */
export function slug(text: string): string {
  const plain = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  return plain
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
}

function stem({ aggregate, property, event }: Draft): string {
  const what = slug(property || event.name);
  switch (aggregate) {
    case "count":
      return `${slug(event.name)}_count`;
    case "sum":
      return `total_${what}`;
    case "average":
      return `average_${what}`;
    case "min":
      return `lowest_${what}`;
    case "max":
      return `highest_${what}`;
    case "most_frequent":
      return `favourite_${what}`;
    case "unique_list":
      return `${what}_list`;
    case "days_since":
      return `days_since_${slug(event.name)}`;
    default:
      return `${slug(aggregate)}_${what}`;
  }
}

function windowMark({ window }: EventPart): string {
  return window && "last" in window ? `_${window.last.amount}${UNIT_MARKS[window.last.unit]}` : "";
}

/** A name made of the definition, different from those there are; "" as long as nothing is known. */
export function suggestName(draft: Draft, taken: readonly string[]): string {
  if (draft.kind === "formula" || !draft.event.name || !slug(draft.event.name)) return "";
  const name = (stem(draft) + windowMark(draft.event)).slice(0, LONGEST_NAME);
  const numbered = [name, ...taken.map((_, at) => `${name}_${at + 2}`)];
  return numbered.find((one) => !taken.includes(one)) ?? name;
}

// Starters

export type StarterName = "orders" | "revenue" | "visit";
export type Starter = { name: StarterName; draft: Draft };

const ORDERS = ["Order Completed", "Order Placed", "Purchase"];
const VISITS = ["Page Viewed", "Product Viewed", "Session Started", "Application Opened"];

/** The first of the candidates that occurs; without any, what `otherwise` says. */
function occurring(candidates: string[], names: string[], otherwise: string): string {
  return candidates.find((one) => names.includes(one)) ?? otherwise;
}

/** Three that most shops want, over events that occur here; `names` with the most frequent first. */
export function starters(names: string[]): Starter[] {
  const orders = occurring(ORDERS, names, "Order Completed");
  const visits = occurring(VISITS, names, names[0] ?? "Page Viewed");
  const over = (name: string, window: EventPart["window"]) => ({ ...EMPTY_EVENT, name, window });
  return [
    { name: "orders", draft: emptyDraft({ event: over(orders, { last: { amount: 90, unit: "day" } }) }) },
    { name: "revenue", draft: emptyDraft({ aggregate: "sum", property: "revenue", event: over(orders, null) }) },
    { name: "visit", draft: emptyDraft({ aggregate: "days_since", event: over(visits, null) }) },
  ];
}

/** What the list shows first: what needs a look, then by name. */
export function sorted<T extends { status: string; name: string }>(items: T[]): T[] {
  const rank = (one: T) => (one.status === "failed" ? 0 : 1);
  return [...items].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

export const isMoving = ({ status }: { status: string }) => status === "filling" || status === "removing";
