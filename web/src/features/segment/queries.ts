import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Condition, Segment, SegmentCount } from "@/api/types";

export const segmentPath = (id: string) => `/api/v1/segments/${encodeURIComponent(id)}`;

export const segmentQuery = (id: string) =>
  queryOptions({
    queryKey: ["segments", id],
    queryFn: ({ signal }) => api.get<Segment>(segmentPath(id), { signal }),
    enabled: id !== "",
  });

/** Counts an unsaved condition; the same condition is asked once. */
export const countQuery = (condition: Condition, locale: string) =>
  queryOptions({
    queryKey: ["segments", "count", JSON.stringify(condition), locale],
    queryFn: ({ signal }) =>
      api.post<SegmentCount>("/api/v1/segments/count", { condition }, { signal, query: { locale } }),
    placeholderData: (before) => before,
    retry: false,
    staleTime: 5_000,
  });
