/** Who a person is made of, and what joining and parting would do. By hand until the API's description has it. */
import type { ProfileSummary } from "@/api/types";

export type IdentifierKey = { kind: string; value: string };

export type HomedIdentifier = IdentifierKey & {
  first_seen: string;
  last_seen: string;
  source?: string | null;
  source_name?: string | null;
  /** The profile it was first attached to: the person, or one that was merged into the person. */
  home: string;
};

export type Merge = {
  from: string;
  into: string;
  at: string;
  /** "identify declared user_id", "merged by hand" and the like. */
  reason: string;
  event?: string | null;
  identifiers: number;
};

export type Conflict = IdentifierKey & {
  /** Who claims it. */
  profile: string;
  profile_label: string;
  /** Whose it stayed; null when the claimant has too many of the kind. */
  owner?: string | null;
  owner_label?: string | null;
  /** limit, other_profile or kept_apart. */
  reason: string;
  occurrences: number;
  first_at: string;
  last_at: string;
};

export type KeptApart = { profile: ProfileSummary; since: string };

export type Identity = {
  profile: string;
  identifiers: HomedIdentifier[];
  merges: Merge[];
  conflicts: Conflict[];
  kept_apart: KeptApart[];
  /** A split was just done and the timeline is still being sorted. */
  sorting: boolean;
};

export type Side = "survivor" | "merged";
export type TraitOfSide = { value: unknown; at?: string | null; source?: string | null };
export type TraitChoice = {
  name: string;
  kept: unknown;
  kept_from: Side;
  survivor?: TraitOfSide | null;
  merged?: TraitOfSide | null;
};

export type MergePreview = {
  survivor: ProfileSummary;
  merged: ProfileSummary;
  traits: TraitChoice[];
  identifiers: (IdentifierKey & { of: Side })[];
  warnings: string[];
  events: number;
};
export type MergeDone = { profile: string; merged: string; message_id: string; visible: boolean };

export type SplitBody = { identifiers: IdentifierKey[]; revive?: string };
export type SplitPart = {
  events: number;
  identifiers: IdentifierKey[];
  traits: { name: string; value: unknown }[];
  first_seen?: string | null;
  last_seen?: string | null;
};
export type SplitPreview = { stays: SplitPart; leaves: SplitPart; revived?: string | null };
export type SplitDone = { profile: string; new?: string | null; message_id: string; visible: boolean };
