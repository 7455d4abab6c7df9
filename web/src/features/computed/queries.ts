import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryClient } from "@/api/query";
import type { Items } from "@/api/types";
import { isMoving } from "./model";
import type { Aggregate, Body, ComputedTrait, Definition, Preview } from "./types";

const POLL_MS = 1500;
/** As many as a workspace may have. */
const TRAITS_MAX = 200;
const base = "/api/v1/computed-traits";
const pathOf = (id: string) => `${base}/${encodeURIComponent(id)}`;

// The server writes the sentences, in the language that is asked for.

/** Asked again as long as one of them is being filled or taken away. */
export const computedTraitsQuery = (locale: string) =>
  queryOptions({
    queryKey: ["computed-traits", "list", locale],
    queryFn: ({ signal }) => api.get<Items<ComputedTrait>>(base, { signal, query: { locale, limit: TRAITS_MAX } }),
    refetchInterval: (query) => (query.state.data?.items.some(isMoving) ? POLL_MS : false),
  });

export const computedTraitQuery = (id: string, locale: string) =>
  queryOptions({
    queryKey: ["computed-traits", "one", id, locale],
    queryFn: ({ signal }) => api.get<ComputedTrait>(pathOf(id), { signal, query: { locale } }),
    // Once it is gone there is nothing more to ask.
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) && !state.error ? POLL_MS : false),
  });

export const aggregatesQuery = queryOptions({
  queryKey: ["computed-traits", "aggregates"],
  queryFn: ({ signal }) => api.get<Items<Aggregate>>(`${base}/aggregates`, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** What a definition would give the customers seen last; nothing is kept. Null: not to be asked yet. */
export const previewQuery = (definition: Definition | null, locale: string) =>
  queryOptions({
    queryKey: ["computed-traits-preview", JSON.stringify(definition), locale],
    queryFn: ({ signal }) => api.post<Preview>(`${base}/preview`, { definition }, { signal, query: { locale } }),
    enabled: definition !== null,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 5000,
  });

export const create = (body: Body) => api.post<ComputedTrait>(base, body);
export const change = (id: string, body: Body, locale: string) =>
  api.put<ComputedTrait>(pathOf(id), body, { query: { locale } });
export const remove = (id: string) => api.delete(pathOf(id));

/** The list and one trait look different now; what people may choose from does so too. */
export async function refresh(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ["computed-traits"] }),
    queryClient.invalidateQueries({ queryKey: ["traits"] }),
  ]);
}
