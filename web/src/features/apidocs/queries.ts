import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { OpenApi } from "./model";

/** The description the running server gives of itself; it changes only with another version of the program. */
export const documentQuery = queryOptions({
  queryKey: ["openapi"],
  queryFn: ({ signal }) => api.get<OpenApi>("/api/openapi.json", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});
