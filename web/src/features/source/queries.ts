import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Items, Source } from "@/api/types";

export const sourcesQuery = queryOptions({
  queryKey: ["sources"],
  queryFn: ({ signal }) => api.get<Items<Source>>("/api/v1/sources", { signal }),
});

export const sourcePath = (id: string) => `/api/v1/sources/${encodeURIComponent(id)}`;
