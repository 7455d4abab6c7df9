import { type InfiniteData, queryOptions } from "@tanstack/react-query";
import { api, upload } from "@/api/client";
import {
  type Category,
  type FeedMode,
  type FeedRun,
  type FeedSource,
  isRunning,
  type Product,
  type ProductLine,
  productsPath,
  type RefusedItem,
  runPath,
} from "@/api/products";
import { pagedQuery, queryClient } from "@/api/query";
import type { Items, Page } from "@/api/types";
import type { Filters } from "./model";

const RUNNING_MS = 1000;
const CATEGORIES_MAX = 500;
const RUNS_PER_PAGE = 20;
const productPath = (id: string) => `${productsPath}/${encodeURIComponent(id)}`;

export const productsQuery = (filters: Filters) => pagedQuery<ProductLine>(["products", "list"], productsPath, filters);

export const productQuery = (id: string) =>
  queryOptions({
    queryKey: ["products", "one", id],
    queryFn: ({ signal }) => api.get<Product>(productPath(id), { signal }),
  });

export const categoriesQuery = queryOptions({
  queryKey: ["products", "categories"],
  queryFn: ({ signal }) =>
    api.get<Items<Category>>(`${productsPath}/categories`, { signal, query: { limit: CATEGORIES_MAX } }),
});

export const feedSourcesQuery = queryOptions({
  queryKey: ["products", "sources"],
  queryFn: ({ signal }) => api.get<Items<FeedSource>>(`${productsPath}/sources`, { signal, query: { limit: 500 } }),
  refetchInterval: (query) =>
    query.state.data?.items.some((one) => one.last_run && isRunning(one.last_run)) ? RUNNING_MS : false,
});

export const runsQuery = (running: boolean) => ({
  ...pagedQuery<FeedRun>(["products", "runs", "all"], `${productsPath}/runs`, { limit: RUNS_PER_PAGE }),
  refetchInterval: running ? RUNNING_MS : (false as const),
});

/** Asked anew when there are more; `count` is how many were refused. */
export const refusedQuery = (id: string, count: number) =>
  pagedQuery<RefusedItem>(["products", "runs", "one", id, "refused", count], `${runPath(id)}/refused`);

type Send = { file: File; source: string; mode: FeedMode };

/** Sends the whole file; a small feed is done when the answer comes. */
export const sendFeed = ({ file, source, mode }: Send, onProgress: (sent: number, total: number) => void) =>
  upload<FeedRun>(`${productsPath}/feed`, file, onProgress, { query: { source, mode } });

export const removeProduct = (id: string) => api.delete(productPath(id));
export const removeSource = (source: string) => api.delete<{ deleted: number }>(productsPath, { query: { source } });

/** Takes a product off the lists on the screen, before the server has been asked. */
export function hideProduct(id: string): void {
  queryClient.setQueriesData<InfiniteData<Page<ProductLine>>>(
    { queryKey: ["products", "list"] },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({ ...page, items: page.items.filter((one) => one.id !== id) })),
      },
  );
}

export const refresh = () => queryClient.invalidateQueries({ queryKey: ["products"] });
