/** The products an event is about, as the e-commerce specification names them: itself, or the lines of an order. Pure. */
import type { JsonObject, Money, TimelineEvent } from "@/api/types";
import { moneyOf } from "@/lib/format";

export type Line = {
  /** What the sources call it; "" where the event names the product only. */
  productId: string;
  variant: string;
  name: string;
  image: string;
  quantity: number | null;
  /** For one of them. */
  price: Money | null;
};

/** More of one order are counted, not shown. */
export const LINES_SHOWN = 4;

/** The events whose own properties are those of a product. */
const OF_ONE = /^(product|item)\b/i;

const text = (value: unknown) =>
  typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";

const number = (value: unknown) => {
  const found = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof found === "number" && Number.isFinite(found) ? found : null;
};

const firstOf = (properties: JsonObject, ...names: string[]) =>
  names.map((name) => text(properties[name])).find(Boolean) ?? "";

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An amount without a currency that exists is none. */
function priceOf(properties: JsonObject, currency: string): Money | null {
  const amount = number(properties.price);
  if (amount === null || !/^[A-Z]{3}$/.test(currency)) return null;
  return moneyOf(amount, currency);
}

function lineOf(properties: JsonObject, currency: string): Line | null {
  const line = {
    productId: firstOf(properties, "product_id", "sku", "item_id", "id"),
    variant: firstOf(properties, "variant", "item_variant"),
    name: firstOf(properties, "name", "product_name", "item_name", "title"),
    image: firstOf(properties, "image_url", "image_link", "image"),
    quantity: number(properties.quantity),
    price: priceOf(properties, firstOf(properties, "currency").toUpperCase() || currency),
  };
  return line.productId || line.name ? line : null;
}

/** In the order of the event; none where it is about no product. */
export function linesOf({ kind, name, properties }: Pick<TimelineEvent, "kind" | "name" | "properties">): Line[] {
  if (kind !== "track") return [];
  const currency = firstOf(properties, "currency").toUpperCase();
  const listed = Array.isArray(properties.products) ? properties.products : properties.items;
  if (Array.isArray(listed)) {
    return listed.filter(isObject).flatMap((one) => lineOf(one, currency) ?? []);
  }
  if (!OF_ONE.test(name) && text(properties.product_id) === "") return [];
  return [lineOf(properties, currency)].flatMap((line) => line ?? []);
}

/** Whether the lines would only repeat what stands beside the event's name: one product, known by that name alone. */
export function repeats(lines: readonly Line[], summary: string, isKnown: (id: string) => boolean): boolean {
  const [line] = lines;
  return lines.length === 1 && line !== undefined && line.name === summary && !line.image && !isKnown(line.productId);
}

/** What the catalogue is asked about for a page of the timeline: each once, only what will be shown. */
export function idsOf(events: TimelineEvent[]): string[] {
  const ids = events.flatMap((event) =>
    linesOf(event)
      .slice(0, LINES_SHOWN)
      .map((line) => line.productId),
  );
  return [...new Set(ids.filter(Boolean))].sort();
}
