/** The tracking plan: what events should look like, and which did not. Shapes of the HTTP contract. */

import type { Violation } from "@/lib/violation-words";

export const KINDS = ["track", "page", "screen", "identify", "group"] as const;
export type Kind = (typeof KINDS)[number];

export type OnViolation = "pass" | "count" | "block";
export type UnplannedEvents = "keep" | "count" | "block" | "drop";
export type UnplannedProperties = "keep" | "count" | "drop";

export type Settings = {
  /** Off: nothing is checked. */
  enabled: boolean;
  unplanned_events: UnplannedEvents;
  unplanned_properties: UnplannedProperties;
  /** For planned events that do not choose for themselves. */
  on_violation: OnViolation;
};

/** Events that were compared with the plan. */
export type Tally = {
  judged: number;
  /** With at least one violation, whatever became of them. */
  violating: number;
  blocked: number;
  /** Kept without their unplanned properties. */
  changed: number;
  dropped: number;
};

export type Plan = Settings & {
  version: number;
  planned: number;
  archived: number;
  /** Of these nothing is planned: they are kept as they come, and not looked at. */
  unchecked_kinds: Kind[];
  last_24h: Tally;
  last_7d: Tally;
};

export const PURPOSES = ["marketing", "analytics", "personalisation", "ads", "operations"] as const;
export type Purpose = (typeof PURPOSES)[number];

export const ITEM_TYPES = ["any", "text", "number", "integer", "boolean", "date", "object"] as const;
export type ItemType = (typeof ITEM_TYPES)[number];
export const TYPES = ["text", "number", "integer", "boolean", "date", "list", "object", "any"] as const;
export type PropertyType = (typeof TYPES)[number];

export type Allowed = string | number;

/** One property in the simple form; what a schema says beyond it can only be edited as JSON. */
export type Property = {
  name: string;
  description: string;
  type: PropertyType;
  required: boolean;
  /** There, but with no value (null). */
  nullable: boolean;
  /** Empty: anything. Only of text, number and integer. */
  allowed: Allowed[];
  personal: boolean;
  purposes: Purpose[];
  /** Of a list. */
  items: ItemType | null;
  /** Of an object, or of the objects in a list. */
  properties: Property[];
};

/** A JSON Schema (2020-12) of the properties, or of the traits for identify and group. */
export type Schema = Record<string, unknown>;

export type PlannedEvent = {
  id: string;
  kind: Kind;
  name: string;
  description: string;
  on_violation: OnViolation | null;
  unplanned_properties: UnplannedProperties | null;
  status: "planned" | "archived";
  version: number;
  schema: Schema;
  /** Null: the schema says more than the form can show. */
  properties: Property[] | null;
  required: number;
  personal: number;
  property_count: number;
  last_24h: Tally;
  last_7d: Tally;
  last_violation_at: string | null;
  created_at: string;
  updated_at: string;
};

/** What is sent to make or change one: the properties in one of the two ways. */
export type PlannedBody = {
  kind: Kind;
  name: string;
  description: string;
  on_violation: OnViolation | null;
  unplanned_properties: UnplannedProperties | null;
  properties?: Property[];
  schema?: Schema;
};

export type Converted = {
  /** Null: what is in the form cannot be one. */
  schema: Schema | null;
  properties: Property[] | null;
  problems: { pointer: string; detail: string }[];
};

export type Verdict = "accepted" | "changed" | "blocked" | "dropped";
export type Checked = { verdict: Verdict; violations: Violation[]; kept: unknown };

export type EventRef = { kind: Kind; name: string };
export type SuggestedProperty = { property: Property; seen: number; share: number; types: string[] };
export type Suggestion = EventRef & { count: number; last_at: string; properties: SuggestedProperty[] };
export type Suggestions = { items: Suggestion[]; sampled: number };
export type Adopted = { adopted: PlannedEvent[]; skipped: (EventRef & { why: string })[] };

export type ViolationCount = EventRef &
  Violation & {
    event_id: string | null;
    count: number;
    first_at: string;
    last_at: string;
    sources: { id: string | null; count: number }[];
  };
export type Violations = {
  items: ViolationCount[];
  days: (Tally & { day: string })[];
  /** Violations that are not among the items. */
  others: number;
};

export type Imported = {
  created: EventRef[];
  changed: EventRef[];
  unchanged: number;
  archived: EventRef[];
  problems: { name: string; detail: string }[];
};
