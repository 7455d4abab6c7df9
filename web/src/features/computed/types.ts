/** Traits that are worked out from what customers did, or from other traits: the shapes of the contract. */
import type { EventWindow, PropertyCondition } from "@/api/types";

/** A segment's condition on events without whether and how often it happened. */
export type EventPart = {
  name: string;
  where?: PropertyCondition[];
  window?: EventWindow | null;
  channel?: string | null;
};
export type AggregateDefinition = { aggregate: string; property?: string; event: EventPart };
export type FormulaDefinition = { formula: string };
export type Definition = AggregateDefinition | FormulaDefinition;

export type Status = "filling" | "live" | "removing" | "failed";
export type Use = { kind: "segment" | "computed_trait"; id: string; name: string };

export type ComputedTrait = {
  id: string;
  name: string;
  description?: string | null;
  definition: Definition;
  sentence: string;
  status: Status;
  /** 0..1 while it is being filled or taken away. */
  progress?: number | null;
  failure?: string | null;
  /** Customers who have a value. */
  people: number;
  value_type: string;
  created_at: string;
  updated_at: string;
  used_by: Use[];
};

export type NeedsProperty = "no" | "optional" | "yes";
/** `value_type` null: that of the property. */
export type Aggregate = { name: string; needs_property: NeedsProperty; value_type?: string | null };

export type Preview = {
  sentence: string;
  value_type: string;
  /** None for who may not see customers. */
  people: { profile: string; label: string; value?: unknown }[];
  with_value: number;
  looked_at: number;
};

export type Body = { name: string; description: string; definition: Definition };
