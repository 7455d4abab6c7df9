/** What is kept of the addresses events come from: the shapes of the API. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Narrow, Schemas } from "@/api/types";

export type IpRule = "truncated" | "dropped" | "full";

/** `geo`: the database that says where an address is; null where the operator named none. */
export type Privacy = Narrow<Schemas["PrivacyView"], { ip: IpRule }>;

export const privacyQuery = queryOptions({
  queryKey: ["privacy"],
  queryFn: ({ signal }) => api.get<Privacy>("/api/v1/privacy", { signal }),
});

export const savePrivacy = (ip: IpRule) => api.put<Privacy>("/api/v1/privacy", { ip });
