/** Plans and suggestions for the tests. */
import { newProperty } from "./model";
import type { PlannedEvent, Property, Settings, Suggestion, ViolationCount, Violations } from "./types";

const NOTHING = { judged: 0, violating: 0, blocked: 0, changed: 0, dropped: 0 };
const AT = "2026-11-22T10:00:00Z";

export const property = (name: string, more: Partial<Property> = {}): Property => ({ ...newProperty(name), ...more });

export function settings(more: Partial<Settings> = {}): Settings {
  return { enabled: true, unplanned_events: "count", unplanned_properties: "count", on_violation: "count", ...more };
}

export function violation(code: string, count: number): ViolationCount {
  return {
    kind: "track",
    name: "Order Completed",
    event_id: "ple_1",
    code,
    pointer: "/total",
    message: "total is text",
    count,
    first_at: AT,
    last_at: AT,
    sources: [],
  };
}

export const violations = (...items: ViolationCount[]): Violations => ({ items, days: [], others: 0 });

export function planned(more: Partial<PlannedEvent> = {}): PlannedEvent {
  return {
    id: "ple_1",
    kind: "track",
    name: "Order Completed",
    description: "",
    on_violation: null,
    unplanned_properties: null,
    status: "planned",
    version: 3,
    schema: { type: "object", properties: { total: { type: "number" } } },
    properties: [property("total", { type: "number", required: true })],
    required: 1,
    personal: 0,
    property_count: 1,
    last_24h: NOTHING,
    last_7d: NOTHING,
    last_violation_at: null,
    created_at: AT,
    updated_at: AT,
    ...more,
  };
}

export function suggestion(...names: string[]): Suggestion {
  const properties = names.map((name) => ({ property: property(name), seen: 10, share: 1, types: ["text"] }));
  return { kind: "track", name: "Product Viewed", count: 10, last_at: AT, properties };
}
