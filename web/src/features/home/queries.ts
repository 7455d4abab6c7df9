import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Home } from "@/api/types";

const REFRESH_MS = 10_000;

/** Numbers of the last `days` days; asked again while the page is looked at, because shops do not stop. */
export const homeQuery = (days: number) =>
  queryOptions({
    queryKey: ["home", days],
    queryFn: ({ signal }) => api.get<Home>("/api/v1/home", { signal, query: { days } }),
    refetchInterval: REFRESH_MS,
    placeholderData: (before) => before,
  });
