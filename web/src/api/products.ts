/** Products of the catalogue and the feeds they come from: the shapes of the API, and what more than one feature asks of them. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import type { components } from "./generated";
import type { Items } from "./types";

type Schemas = components["schemas"];

export type Availability = "in_stock" | "out_of_stock" | "preorder" | "backorder";

/** What the description may leave out is always answered, null where there is nothing. */
type Answered<T, P extends Partial<Required<T>>> = Omit<Required<T>, keyof P> & P;
type Sold = { availability: Availability | null };

/** A product in a list. */
export type ProductLine = Answered<Schemas["ProductLine"], Sold>;
export type PricePoint = Answered<Schemas["ProductChange"], Sold>;
export type Product = Answered<
  Schemas["ProductView"],
  Sold & {
    condition: "new" | "refurbished" | "used" | null;
    gender: "male" | "female" | "unisex" | null;
    age_group: "newborn" | "infant" | "toddler" | "kids" | "adult" | null;
    sku: Required<Schemas["ProductNumbers"]>;
    variants: ProductLine[];
    history: PricePoint[];
  }
>;
/** What is shown of a product where it is mentioned. */
export type ProductCard = Answered<Schemas["ProductCard"], Sold>;

export type FeedMode = "whole" | "update";
export type RunState = "staging" | "applying" | "done" | "held" | "refused" | "interrupted";
export type FeedRun = Answered<
  Schemas["FeedRunView"],
  { mode: FeedMode; state: RunState; format: "xml" | "csv" | "tsv" | "jsonl" | null }
>;
/** An item of a feed that could not be used, and why. */
export type RefusedItem = Required<Schemas["RefusedItemView"]>;
/** A feed there is, or was: what came of it and when it was read last. */
export type FeedSource = Answered<Schemas["ProductSourceView"], { last_run: FeedRun | null }>;
export type Category = Schemas["ProductCategory"];

export const productsPath = "/api/v1/products";
const runsPath = `${productsPath}/runs`;
export const runPath = (id: string) => `${runsPath}/${encodeURIComponent(id)}`;

/** A name for an id takes a while to change. */
const CARDS_STALE_MS = 5 * 60_000;
/** The most the server answers at once, and the longest id worth asking for. */
const LOOKUP_MAX = 100;
const LOOKUP_CHARS_MAX = 100;

/** The shop's ids that can be asked for: the server splits at commas. */
export const askable = (ids: readonly string[]) =>
  ids.filter((id) => id !== "" && id.length <= LOOKUP_CHARS_MAX && !id.includes(",")).slice(0, LOOKUP_MAX);

/** Names and pictures for the shop's ids; what the catalogue does not know is left out. */
export const productCardsQuery = (ids: readonly string[]) => {
  const asked = askable(ids);
  return queryOptions({
    queryKey: ["products", "cards", asked],
    queryFn: async ({ signal }) => {
      const query = { ids: asked.join(",") };
      const { products } = await api.get<{ products: Record<string, ProductCard> }>(`${productsPath}/lookup`, {
        signal,
        query,
      });
      return products;
    },
    staleTime: CARDS_STALE_MS,
    enabled: asked.length > 0,
  });
};

export const productSearchQuery = (q: string, limit: number) =>
  queryOptions({
    queryKey: ["products", "search", q, limit],
    queryFn: ({ signal }) => api.get<Items<ProductLine>>(productsPath, { signal, query: { q, limit } }),
  });

const RUNNING_MS = 1000;
const LOOK_MS = 10_000;
export const isRunning = ({ state }: Pick<FeedRun, "state">) => state === "staging" || state === "applying";

/** The last times a feed was read, newest first. */
export const feedRunsQuery = (source: string) =>
  queryOptions({
    queryKey: ["products", "runs", "of", source],
    queryFn: ({ signal }) => api.get<Items<FeedRun>>(runsPath, { signal, query: { source, limit: 20 } }),
    refetchInterval: (query) => (query.state.data?.items.some(isRunning) ? RUNNING_MS : LOOK_MS),
  });

export const feedRunQuery = (id: string) =>
  queryOptions({
    queryKey: ["products", "runs", "one", id],
    queryFn: ({ signal }) => api.get<FeedRun>(runPath(id), { signal }),
    refetchInterval: (query) => (query.state.data && isRunning(query.state.data) ? RUNNING_MS : false),
  });

/** Does what a run was held for. */
export const applyRun = (id: string) => api.post<FeedRun>(`${runPath(id)}/apply`, {});
