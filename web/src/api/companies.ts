/** Companies customers work for: the shapes of the API, and what more than one feature asks about them. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import type { Items, Schemas } from "./types";

/** What the members of a company come to together. */
export type CompanyRollup = Schemas["CompanyRollup"];
export type CompanySummary = Schemas["CompanyLine"];
export type CompanyTrait = Schemas["CompanyTrait"];
export type Company = Schemas["CompanyView"];
export type CompanyMember = Schemas["CompanyMember"];
export type CustomerCompany = Schemas["CustomerCompany"];

export const customerCompaniesQuery = (profile: string) =>
  queryOptions({
    queryKey: ["companies", "of", profile],
    queryFn: ({ signal }) =>
      api.get<Items<CustomerCompany>>(`/api/v1/profiles/${encodeURIComponent(profile)}/companies`, {
        signal,
        query: { limit: 500 },
      }),
  });
