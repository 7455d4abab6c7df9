import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Items, Rejection } from "@/api/types";

export const sourcePath = (id: string) => `/api/v1/sources/${encodeURIComponent(id)}`;

/** Asked anew when the source tells of a later problem; `at` is its moment. */
export const rejectionsQuery = (id: string, at: string | null | undefined) =>
  queryOptions<Items<Rejection>>({
    queryKey: ["sources", id, "rejections", at],
    placeholderData: (before) => before,
    queryFn: ({ signal }) => api.get<Items<Rejection>>(`${sourcePath(id)}/rejections`, { signal }),
  });
