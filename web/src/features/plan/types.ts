/** The tracking plan: what events should look like, and which did not. Shapes of the HTTP contract. */

import type { Narrow, Replace, Schemas } from "@/api/types";
import type { Violation } from "@/lib/violation-words";

export const KINDS = ["track", "page", "screen", "identify", "group"] as const;
export type Kind = (typeof KINDS)[number];

export type OnViolation = "pass" | "count" | "block";
export type UnplannedEvents = "keep" | "count" | "block" | "drop";
export type UnplannedProperties = "keep" | "count" | "drop";

export type Settings = Narrow<
  Schemas["PlanSettings"],
  { unplanned_events: UnplannedEvents; unplanned_properties: UnplannedProperties; on_violation: OnViolation }
>;

/** Events that were compared with the plan. */
export type Tally = Schemas["PlanTally"];
export type Plan = Narrow<
  Schemas["PlanView"],
  {
    unplanned_events: UnplannedEvents;
    unplanned_properties: UnplannedProperties;
    on_violation: OnViolation;
    unchecked_kinds: Kind[];
  }
>;

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

export type PlannedEvent = Replace<
  Schemas["PlannedEventView"],
  {
    kind: Kind;
    on_violation: OnViolation | null;
    unplanned_properties: UnplannedProperties | null;
    status: "planned" | "archived";
    schema: Schema;
    properties: Property[] | null;
    last_violation_at: string | null;
  }
>;

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

export type Converted = Replace<
  Schemas["ConvertAnswer"],
  {
    schema: Schema | null;
    properties: Property[] | null;
    problems: Pick<Schemas["SchemaProblem"], "pointer" | "detail">[];
  }
>;

export type Verdict = "accepted" | "changed" | "blocked" | "dropped";
export type Checked = { verdict: Verdict; violations: Violation[]; kept: unknown };

export type EventRef = Narrow<Schemas["PlanName"], { kind: Kind }>;
export type SuggestedProperty = Replace<Schemas["SuggestedPropertyView"], { property: Property }>;
export type Suggestion = Replace<Schemas["SuggestionView"], { kind: Kind; properties: SuggestedProperty[] }>;
export type Suggestions = Replace<Schemas["SuggestionsView"], { items: Suggestion[] }>;
export type Adopted = Replace<
  Schemas["AdoptAnswer"],
  { adopted: PlannedEvent[]; skipped: Narrow<Schemas["SkippedName"], { kind: Kind }>[] }
>;

export type ViolationCount = Replace<
  Schemas["ViolationCountView"],
  { kind: Kind; event_id: string | null; sources: { id: string | null; count: number }[] }
>;
export type Violations = Replace<Schemas["ViolationReportView"], { items: ViolationCount[] }>;

export type Imported = Replace<
  Schemas["ImportPlanAnswer"],
  { created: EventRef[]; changed: EventRef[]; archived: EventRef[] }
>;
