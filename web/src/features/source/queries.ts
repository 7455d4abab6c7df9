import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Items, Rejection } from "@/api/types";

export const sourcePath = (id: string) => `/api/v1/sources/${encodeURIComponent(id)}`;

export const rejectionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["sources", id, "rejections"],
    queryFn: ({ signal }) => api.get<Items<Rejection>>(`${sourcePath(id)}/rejections`, { signal }),
  });
