/** Who a person is made of, and what joining and parting would do: the shapes of the API's own description. */
import type { components } from "@/api/generated";
import type { ProfileSummary } from "@/api/types";

type Schemas = components["schemas"];

export type IdentifierKey = { kind: string; value: string };
export type HomedIdentifier = Schemas["IdentifierView"];
export type Merge = Schemas["IdentityMerge"];
export type Conflict = Schemas["IdentityConflict"];
export type KeptApart = Omit<Schemas["KeptApart"], "profile"> & { profile: ProfileSummary };
export type Identity = Omit<Schemas["IdentityView"], "kept_apart"> & { kept_apart: KeptApart[] };

export type Side = "survivor" | "merged";
export type TraitOfSide = Schemas["TraitSaid"];
/** `together`: the value that comes of both, where the rules add up or list; null where one of them stays. */
export type TraitChoice = Omit<Schemas["MergedTrait"], "kept_from" | "together"> & {
  kept_from: Side;
  together?: unknown;
};
export type MergePreview = Omit<Schemas["MergePreview"], "survivor" | "merged" | "traits" | "identifiers"> & {
  survivor: ProfileSummary;
  merged: ProfileSummary;
  traits: TraitChoice[];
  identifiers: (IdentifierKey & { of: Side })[];
};
export type MergeDone = Schemas["MergeAccepted"];

export type SplitBody = { identifiers: IdentifierKey[]; revive?: string };
export type SplitPart = Schemas["SplitSideView"];
export type SplitPreview = Schemas["SplitPreview"];
export type SplitDone = Schemas["SplitAccepted"];
