/** Traits that are worked out from what customers did, or from other traits: the shapes of the contract. */
import type { EventWindow, Narrow, PropertyCondition, Replace, Schemas } from "@/api/types";

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
export type Use = Narrow<Schemas["TraitUserView"], { kind: "segment" | "computed_trait" }>;

export type ComputedTrait = Replace<
  Schemas["ComputedTraitView"],
  { definition: Definition; status: Status; used_by: Use[] }
>;

export type NeedsProperty = "no" | "optional" | "yes";
export type Aggregate = Narrow<Schemas["AggregateView"], { needs_property: NeedsProperty }>;

export type Preview = Schemas["ComputedPreviewAnswer"];

export type Body = { name: string; description: string; definition: Definition };
