/** How long events are kept: the shapes of the API. Written by hand are only its closed sets of words. */
import type { Narrow, Schemas } from "@/api/types";

export const KINDS = ["track", "page", "screen", "identify", "group", "alias"] as const;
export type Kind = (typeof KINDS)[number];
export type What = "event" | "kind" | "everything_else";
export type Unit = "day" | "month";
export type Action = "delete" | "anonymise";

export type Target = Narrow<Schemas["RetentionTarget"], { what: What }>;
export type Keep = Narrow<Schemas["RetentionKeep"], { unit: Unit }>;
export type Warning = Schemas["RetentionWarning"];
/** `keep` null: for ever. */
type Saying = { target: Target; keep?: Keep | null; action: Action };
export type RuleRequest = Narrow<Schemas["RetentionRuleRequest"], Saying>;
export type Rule = Narrow<Schemas["RetentionRuleView"], Saying>;

export type Reader = Narrow<Schemas["RetentionReader"], { kind: "computed_trait" | "segment" }>;
/** What a run did by one rule, or would do. */
export type RuleResult = Narrow<Schemas["RetentionRuleOutcome"], Saying & { readers: Reader[] }>;
export type Run = Narrow<
  Schemas["RetentionRunView"],
  {
    mode: "dry_run" | "run";
    trigger: "person" | "schedule";
    state: "running" | "done" | "failed";
    rules: RuleResult[];
  }
>;
export type Overview = Narrow<Schemas["RetentionOverview"], { running?: Run | null; last_run?: Run | null }>;
