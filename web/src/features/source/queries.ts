import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryClient, sourcesQuery } from "@/api/query";
import type { Bot, Items, JsonObject, LiveEvent, Rejection } from "@/api/types";

/** The most one answer holds: a busy source pushes a quiet one out of the last few. */
const RECENT_MAX = 500;
const SHOWN = 5;

export const sourcePath = (id: string) => `/api/v1/sources/${encodeURIComponent(id)}`;

/** Asked anew when the source tells of a later problem; `at` is its moment. */
export const rejectionsQuery = (id: string, at: string | null | undefined) =>
  queryOptions<Items<Rejection>>({
    queryKey: ["sources", id, "rejections", at],
    placeholderData: (before) => before,
    queryFn: ({ signal }) => api.get<Items<Rejection>>(`${sourcePath(id)}/rejections`, { signal }),
  });

type Refused = { id: string; code: string; pointer: string; detail: string };
export type Retried = { accepted: number; duplicates: number; refused: Refused[] };
/** Which items: all that can be, these, or one put right by hand. */
export type Retry = { ids?: string[]; corrected?: { id: string; item: JsonObject }[] };

export async function retry(id: string, items: Retry): Promise<Retried> {
  const retried = await api.post<Retried>(`${sourcePath(id)}/rejections/replay`, items);
  await queryClient.invalidateQueries({ queryKey: ["sources", id, "rejections"] });
  await queryClient.invalidateQueries({ queryKey: sourcesQuery.queryKey });
  return retried;
}

/** The last events of a source since the program started. */
export const recentQuery = (id: string) =>
  queryOptions({
    queryKey: ["sources", id, "recent"],
    queryFn: ({ signal }) => api.get<Items<LiveEvent>>("/api/v1/events", { signal, query: { limit: RECENT_MAX } }),
    select: ({ items }) => items.filter((event) => event.source === id).slice(0, SHOWN),
    refetchInterval: 10_000,
  });

/** Asked anew when the source has heard of more; `count` is how many. */
export const botsQuery = (id: string, count: number) =>
  queryOptions<Items<Bot>>({
    queryKey: ["sources", id, "bots", count],
    placeholderData: (before) => before,
    queryFn: ({ signal }) => api.get<Items<Bot>>(`${sourcePath(id)}/bots`, { signal }),
  });
