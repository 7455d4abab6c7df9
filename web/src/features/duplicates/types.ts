/** Customers that may be one person, and the search for them. By hand until the API's description has it. */
import type { ProfileSummary } from "@/api/types";

export type Evidence = {
  field: string;
  /** How alike the two values are: "exact" and the like; null when one of the two has none. */
  level: string | null;
  one: string | null;
  other: string | null;
  /** For (above zero) or against (below) one person; one bit doubles the odds. */
  bits: number;
};

export type Pair = {
  one: string;
  other: string;
  probability: number;
  /** prior_bits and all evidence added up. */
  bits: number;
  prior_bits: number;
  evidence: Evidence[];
};

export type Group = {
  id: string;
  /** That all of them are one person. */
  probability: number;
  /** The one that would stay comes first. */
  people: ProfileSummary[];
  pairs: Pair[];
};

export type Step = "reading" | "comparing" | "writing";

export type Status = {
  state: "never" | "running" | "done" | "failed";
  started_at?: string | null;
  finished_at?: string | null;
  people: number;
  compared: number;
  groups: number;
  error?: string | null;
  step?: Step | null;
  done: number;
  of: number;
};

export type Accept = { id: string; survivor?: string; people?: string[] };
export type Accepted = { merged: number; groups: number; skipped: { id: string; why: string }[]; visible: boolean };
export type Rejected = { rejected: number };
