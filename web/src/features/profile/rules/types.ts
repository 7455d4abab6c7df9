/** The identity rules of a workspace, devices that several people share, and everything ever said of a trait: the shapes of the contract. */
import type { ProfileSummary } from "@/api/types";

export type Form = "plain" | "email" | "phone";
export type Names = "person" | "device";

export type KindRule = {
  kind: string;
  /** Of the workspace's own making. */
  custom?: boolean;
  form?: Form;
  names?: Names;
  enabled: boolean;
  /** Smaller is stronger. */
  priority: number;
  /** Values of this kind per customer. */
  limit: number;
  blocked?: string[];
};

export type OtherKinds = { enabled: boolean; priority: number; limit: number };
export type SharedDeviceRule = { enabled: boolean; users: number; days: number };
export type Survivor = "latest" | "first" | "most_trusted" | "max" | "min" | "sum" | "union" | "longest";
export type TraitRule = { trait: string; rule: Survivor; sources?: string[] };

export type Rules = {
  kinds: KindRule[];
  other_kinds: OtherKinds;
  gmail_dots: boolean;
  phone_region: string;
  shared_devices: SharedDeviceRule;
  traits: TraitRule[];
};

export type Limits = {
  limit_max: number;
  blocked_max: number;
  custom_kinds_max: number;
  trait_rules_max: number;
  sources_max: number;
  users_max: number;
  days_max: number;
};

export type RulesView = {
  version: number;
  changed_at?: string | null;
  changed_by?: string | null;
  rules: Rules;
  defaults: Rules;
  built_in_blocked: { values: string[]; mailboxes: string[] };
  limits: Limits;
  shared_devices: number;
};

export type KindEffect = { kind: string; over_limit: number; blocked: number; disabled: number };
export type RulesPreview = {
  kinds: KindEffect[];
  gmail?: { mailboxes: number; customers: number; complete: boolean } | null;
  traits: string[];
  changes: boolean;
};

export type SharedDevice = {
  kind: string;
  value: string;
  since: string;
  users: number;
  limit: number;
  days: number;
  visitor?: ProfileSummary | null;
};

export type Saying = {
  value?: unknown;
  at: string;
  source?: string | null;
  event?: string | null;
  /** Makes today's value, or is part of it. */
  holds: boolean;
  taken_back: boolean;
};

export type TraitHistoryPage = {
  trait: string;
  rule: { code: string; sources: string[]; pattern?: string | null; words: string };
  value?: unknown;
  at?: string | null;
  items: Saying[];
  next_cursor?: string | null;
};
