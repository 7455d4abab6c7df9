/** What is said about products and feeds. Pure. */
import type { Availability, FeedRun, FeedSource, PricePoint, ProductLine, RunState } from "@/api/products";
import type { Money } from "@/api/types";
import { dayKey } from "@/lib/format";

export const AVAILABILITIES = ["in_stock", "out_of_stock", "preorder", "backorder"] as const;
export const isAvailability = (text: string): text is Availability =>
  (AVAILABILITIES as readonly string[]).includes(text);

export const GONE = ["no", "only", "any"] as const;
export type Gone = (typeof GONE)[number];
export const isGone = (text: string): text is Gone => (GONE as readonly string[]).includes(text);

/** What the list is asked; "" asks for nothing. */
export type Filters = {
  q: string;
  source: string;
  availability: Availability | "";
  brand: string;
  category: string;
  gone: Gone;
};

export const isFiltered = ({ gone, ...others }: Filters) =>
  gone !== "no" || Object.values(others).some((value) => value !== "");

/** What the server's sentence on a refused item is made of: the value as it came, or how long it is and may be. */
export type RefusalParts = { value: string | null; length: number | null; allowed: number | null };

export function partsOf(detail: string): RefusalParts {
  const long = /^has (\d+) characters; (\d+) are allowed/.exec(detail);
  return {
    value: /^"([^"]*)"/.exec(detail)?.[1] ?? null,
    length: long ? Number(long[1]) : null,
    allowed: long ? Number(long[2]) : null,
  };
}

/** How many products fit; `atLeast` where only those that were loaded are known. */
export type Found = { count: number; atLeast: boolean };

/** The feeds know how many products they have; whatever else is asked, those that were loaded are counted. */
export function foundOf(
  { source, gone, ...others }: Filters,
  feeds: readonly Pick<FeedSource, "source" | "products" | "gone">[] | undefined,
  loaded: { rows: number; more: boolean },
): Found {
  const exact = { count: loaded.rows, atLeast: false };
  if (!loaded.more) return exact;
  if (!feeds || Object.values(others).some((value) => value !== "")) return { ...exact, atLeast: true };
  const asked = feeds.filter((feed) => source === "" || feed.source === source);
  const of = (feed: (typeof asked)[number]) => (gone === "only" ? 0 : feed.products) + (gone === "no" ? 0 : feed.gone);
  return { count: asked.reduce((sum, feed) => sum + of(feed), 0), atLeast: false };
}

/** What is paid now, and the usual price where that is another. */
export function priceNow({ price, sale_price, on_sale }: Pick<ProductLine, "price" | "sale_price" | "on_sale">): {
  now: Money | null;
  usual: Money | null;
} {
  return on_sale && sale_price ? { now: sale_price, usual: price } : { now: price, usual: null };
}

const SEPARATOR = " > ";

/** The categories and those above them, each with how many products lie in it or below, A to Z. */
export function withParents(items: { category: string; products: number }[]): { category: string; products: number }[] {
  const sums = new Map<string, number>();
  for (const { category, products } of items) {
    const steps = category.split(SEPARATOR);
    for (let depth = 1; depth <= steps.length; depth += 1) {
      const name = steps.slice(0, depth).join(SEPARATOR);
      sums.set(name, (sums.get(name) ?? 0) + products);
    }
  }
  return [...sums]
    .map(([category, products]) => ({ category, products }))
    .sort((a, b) => a.category.localeCompare(b.category));
}

/** The last step of a category: what it is called where there is little room. */
export const lastStep = (category: string) => category.split(SEPARATOR).at(-1) ?? category;

const DAY_MS = 24 * 3_600_000;
/** Less than a day: one of 23 hours is not stepped over. */
const STEP_MS = DAY_MS / 2;
/** Days drawn at most. */
export const DAYS_DRAWN_MAX = 180;

export type PriceDays = {
  /** Calendar days, the oldest first. */
  days: string[];
  /** In the smallest unit of the currency; NaN where there was none. */
  price: number[];
  sale: number[];
  currency: string;
};

/** What held at the end of each day until now; null where no price is known. `history` has the newest first. */
export function priceDays(history: readonly PricePoint[], now: Date): PriceDays | null {
  const currency = history.find((one) => one.price)?.price?.currency;
  const oldest = history.at(-1);
  if (!currency || !oldest) return null;
  const minor = (amount: Money | null) => (amount?.currency === currency ? amount.minor : Number.NaN);
  const held = new Map<string, PricePoint>();
  for (const point of [...history].reverse()) held.set(dayKey(point.at), point);
  const first = Math.max(Date.parse(oldest.at), now.getTime() - DAYS_DRAWN_MAX * DAY_MS);
  const found: PriceDays = { days: [], price: [], sale: [], currency };
  // What held before the first day that is drawn holds on into it.
  let point = history.find((one) => Date.parse(one.at) <= first) ?? oldest;
  const last = dayKey(now);
  for (let at = first; ; at += STEP_MS) {
    const day = at > now.getTime() ? last : dayKey(at);
    if (found.days.at(-1) !== day) {
      point = held.get(day) ?? point;
      found.days.push(day);
      found.price.push(minor(point.price));
      found.sale.push(minor(point.sale_price));
    }
    if (day === last) return found;
  }
}

/** Whether a price has ever been another one. */
export function hasChanged(history: readonly PricePoint[]): boolean {
  const worth = ({ price, sale_price }: PricePoint) => JSON.stringify([price, sale_price]);
  return new Set(history.map(worth)).size > 1;
}

/** How a run waited for a person, and no decision is needed any more. */
const OVERTAKEN = ["feed_superseded", "feed_outdated"];

/** What the badge of a run says: its state, or that something newer made it pointless. */
export type RunLook = RunState | "overtaken";
export const runLook = ({ state, code }: Pick<FeedRun, "state" | "code">): RunLook =>
  state === "interrupted" && OVERTAKEN.includes(code ?? "") ? "overtaken" : state;

/** Of an upload: letters, digits and - _ . */
export const isFeedName = (name: string) => /^[A-Za-z0-9._-]{1,60}$/.test(name);

export const UPLOAD = "upload";
/** The endings of the files that can be a feed. */
export const FEED_FILES = ".xml,.rss,.atom,.csv,.tsv,.txt,.jsonl,.ndjson,.gz,text/xml,application/xml,text/csv";

/** A feed as it is fetched has the id of its connection for a name. */
export const isConnection = (source: string) => source.startsWith("src_");
