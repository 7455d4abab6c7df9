/** The query cache and the questions that more than one feature asks. */
import { infiniteQueryOptions, MutationCache, QueryCache, QueryClient, queryOptions } from "@tanstack/react-query";
import { api, type Query } from "./client";
import { ApiError, NO_ANSWER } from "./errors";
import type {
  CampaignSummary,
  EventName,
  EventProperty,
  Items,
  Me,
  Meta,
  Page,
  Profile,
  ProfileSummary,
  Segment,
  Source,
  TraitInfo,
  TraitValue,
} from "./types";

const STALE_MS = 15_000;
const CATALOGUE_STALE_MS = 60_000;
const MAX_RETRIES = 2;
export const PAGE_SIZE = 50;

/** Only a missing answer or a server fault is worth asking again. */
export function shouldRetry(failures: number, error: unknown): boolean {
  if (failures >= MAX_RETRIES) return false;
  return !(error instanceof ApiError) || error.status === NO_ANSWER || error.status >= 500;
}

/** What the app does about failures; set once at start so that this file knows no screens. */
export const onFailure = {
  signedOut: () => {},
  mutation: (_error: unknown) => {},
};

function noticeSignedOut(error: unknown): boolean {
  const out = error instanceof ApiError && error.status === 401;
  if (out) onFailure.signedOut();
  return out;
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({
    // A mutation that shows its own failure says so with `meta: { quiet: true }`.
    onError: (error, _variables, _context, mutation) => {
      if (!noticeSignedOut(error) && !mutation.meta?.quiet) onFailure.mutation(error);
    },
  }),
  defaultOptions: {
    queries: { staleTime: STALE_MS, retry: shouldRetry, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});

export const metaQuery = queryOptions({
  queryKey: ["meta"],
  queryFn: ({ signal }) => api.get<Meta>("/api/v1/meta", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => api.get<Me>("/api/v1/me", { signal }),
  staleTime: 5 * 60_000,
});

/** A keyset-paged list; pages are fetched as the reader asks for more. */
export function pagedQuery<T>(key: readonly unknown[], path: string, query: Query = {}) {
  return infiniteQueryOptions({
    queryKey: [...key, query],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<T>>(path, { signal, query: { limit: PAGE_SIZE, ...query, cursor: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });
}

export const profileSearchQuery = (q: string, limit = 8) =>
  queryOptions({
    queryKey: ["profiles", "search", q, limit],
    queryFn: ({ signal }) => api.get<Page<ProfileSummary>>("/api/v1/profiles", { signal, query: { q, limit } }),
  });

export const profileQuery = (id: string) =>
  queryOptions({
    queryKey: ["profiles", "one", id],
    queryFn: ({ signal }) => api.get<Profile>(`/api/v1/profiles/${encodeURIComponent(id)}`, { signal }),
  });

export const segmentsQuery = queryOptions({
  queryKey: ["segments"],
  queryFn: ({ signal }) => api.get<Items<Segment>>("/api/v1/segments", { signal, query: { limit: 200 } }),
});

export const campaignsQuery = (state?: string) =>
  queryOptions({
    queryKey: ["campaigns", { state: state ?? null }],
    queryFn: ({ signal }) =>
      api.get<Items<CampaignSummary>>("/api/v1/campaigns", { signal, query: { state, limit: 200 } }),
  });

/** The most items one page of a list may hold; pickers filter what they have. */
const LIST_MAX = 500;

export const traitsQuery = queryOptions({
  queryKey: ["traits"],
  queryFn: ({ signal }) => api.get<Items<TraitInfo>>("/api/v1/traits", { signal, query: { limit: LIST_MAX } }),
  staleTime: CATALOGUE_STALE_MS,
});

export const traitValuesQuery = (name: string, q = "") =>
  queryOptions({
    queryKey: ["traits", name, "values", q],
    queryFn: ({ signal }) =>
      api.get<Items<TraitValue>>(`/api/v1/traits/${encodeURIComponent(name)}/values`, {
        signal,
        query: { q, limit: LIST_MAX },
      }),
    staleTime: CATALOGUE_STALE_MS,
    enabled: name !== "",
  });

export const eventNamesQuery = queryOptions({
  queryKey: ["events", "names"],
  queryFn: ({ signal }) => api.get<Items<EventName>>("/api/v1/events/names", { signal, query: { limit: LIST_MAX } }),
  staleTime: CATALOGUE_STALE_MS,
});

export const eventPropertiesQuery = (name: string) =>
  queryOptions({
    queryKey: ["events", name, "properties"],
    queryFn: ({ signal }) =>
      api.get<Items<EventProperty>>(`/api/v1/events/${encodeURIComponent(name)}/properties`, {
        signal,
        query: { limit: LIST_MAX },
      }),
    staleTime: CATALOGUE_STALE_MS,
    enabled: name !== "",
  });

export const sourcesQuery = queryOptions({
  queryKey: ["sources"],
  queryFn: ({ signal }) => api.get<Items<Source>>("/api/v1/sources", { signal }),
});
