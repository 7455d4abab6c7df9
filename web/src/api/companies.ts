/** Companies customers work for: the shapes of the API, and what more than one feature asks about them. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import type { Items, Money, ProfileSummary } from "./types";

/** What the members of a company come to together. */
export type CompanyRollup = {
  at: string;
  /** Members it is about: at most the 10,000 heard of last. */
  counted: number;
  complete: boolean;
  active_30d: number;
  first_seen: string | null;
  last_seen: string | null;
  events: number;
  orders: number;
  /** One for each currency, the largest first. */
  revenue: Money[];
  buyers: number;
  recency_days: number | null;
  orders_per_member: number | null;
};

export type CompanySummary = {
  id: string;
  /** What the sources call it. */
  group_id: string;
  name: string;
  domain: string | null;
  industry: string | null;
  plan: string | null;
  country: string | null;
  members: number;
  created_at: string;
  first_seen: string;
  last_seen: string;
  /** Null: not worked out yet. */
  rollup: CompanyRollup | null;
};

export type CompanyTrait = { name: string; value: unknown; updated_at: string; source: string };

export type Company = CompanySummary & { former_members: number; traits: CompanyTrait[] };

type Membership = {
  role: string | null;
  joined_at: string | null;
  last_at: string | null;
  /** Set for who is no member any more. */
  left_at: string | null;
  source: string;
};

export type CompanyMember = Membership & { profile: ProfileSummary };
export type CustomerCompany = Membership & { company: CompanySummary };

export const customerCompaniesQuery = (profile: string) =>
  queryOptions({
    queryKey: ["companies", "of", profile],
    queryFn: ({ signal }) =>
      api.get<Items<CustomerCompany>>(`/api/v1/profiles/${encodeURIComponent(profile)}/companies`, {
        signal,
        query: { limit: 500 },
      }),
  });
