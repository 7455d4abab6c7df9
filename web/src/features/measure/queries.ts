import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { PAGE_SIZE } from "@/api/query";
import type { Profile, RefusedOrders, Schemas } from "@/api/types";

/** Latest first; each page also says how many there are in all, and of which reason. */
export const refusedOrdersQuery = infiniteQueryOptions({
  queryKey: ["refused-orders", "list"],
  queryFn: ({ pageParam, signal }) =>
    api.get<RefusedOrders>("/api/v1/measure/refused-orders", {
      signal,
      query: { limit: PAGE_SIZE, cursor: pageParam },
    }),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next_cursor,
});

/** Under the key of the person's own screen, which then opens at once. */
export const personQuery = (id: string) =>
  queryOptions({
    queryKey: ["profiles", "one", id],
    queryFn: ({ signal }) => api.get<Profile>(`/api/v1/profiles/${encodeURIComponent(id)}`, { signal }),
  });

export type RfmSettings = Schemas["RfmSettingsView"];
export type RfmRule = Schemas["RfmRuleBody"];

export const rfmQuery = queryOptions({
  queryKey: ["rfm"],
  queryFn: ({ signal }) => api.get<RfmSettings>("/api/v1/measure/rfm", { signal }),
});
