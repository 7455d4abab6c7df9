import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Bot, Items, Rejection } from "@/api/types";

export const sourcePath = (id: string) => `/api/v1/sources/${encodeURIComponent(id)}`;

/** Asked anew when the source tells of a later problem; `at` is its moment. */
export const rejectionsQuery = (id: string, at: string | null | undefined) =>
  queryOptions<Items<Rejection>>({
    queryKey: ["sources", id, "rejections", at],
    placeholderData: (before) => before,
    queryFn: ({ signal }) => api.get<Items<Rejection>>(`${sourcePath(id)}/rejections`, { signal }),
  });

/** Asked anew when the source has heard of more; `count` is how many. */
export const botsQuery = (id: string, count: number) =>
  queryOptions<Items<Bot>>({
    queryKey: ["sources", id, "bots", count],
    placeholderData: (before) => before,
    queryFn: ({ signal }) => api.get<Items<Bot>>(`${sourcePath(id)}/bots`, { signal }),
  });
