import { describe, expect, it } from "vitest";
import type { TimelineEvent } from "@/api/types";
import { idsOf, linesOf, repeats } from "./model";

function event(name: string, properties: Record<string, unknown>): TimelineEvent {
  return {
    id: "1",
    name,
    kind: "track",
    at: "2026-11-22T10:00:00Z",
    channel: "web",
    source: null,
    summary: "",
    properties,
    traits: {},
    context: {},
  };
}

const ORDER = event("Order Completed", {
  total: 199.9,
  currency: "eur",
  products: [
    { product_id: "NK-1001", name: "Kanaal Low", price: 89.95, quantity: 2, image_url: "https://shop.example/1.jpg" },
    { sku: 1002, price: "20" },
    "not a product",
    {},
  ],
});

describe("the products of an event", () => {
  it("are the lines of an order, priced in its currency", () => {
    expect(linesOf(ORDER)).toEqual([
      {
        productId: "NK-1001",
        variant: "",
        name: "Kanaal Low",
        image: "https://shop.example/1.jpg",
        quantity: 2,
        price: { minor: 8995, currency: "EUR" },
      },
      { productId: "1002", variant: "", name: "", image: "", quantity: null, price: { minor: 2000, currency: "EUR" } },
    ]);
  });

  it("are the event's own where it is about one", () => {
    const [line] = linesOf(event("Product Viewed", { product_id: "NK-1", name: "Stoep", price: 10 }));
    expect(line).toMatchObject({ productId: "NK-1", name: "Stoep", price: null });
    expect(linesOf(event("Wishlist Shared", { product_id: "NK-1" }))).toHaveLength(1);
  });

  it("are none where an event has a name and an id of something else", () => {
    expect(linesOf(event("Campaign Clicked", { id: "cmp_1", name: "Autumn" }))).toEqual([]);
    expect(linesOf({ ...ORDER, kind: "identify" })).toEqual([]);
    expect(linesOf(event("Order Completed", { products: "none" }))).toEqual([]);
  });

  it("are left out where they would only repeat the name beside the event", () => {
    const one = linesOf(event("Product Viewed", { product_id: "NK-1", name: "Stoep" }));
    const nothing = () => false;
    expect(repeats(one, "Stoep", nothing)).toBe(true);
    expect(repeats(one, "Stoep", (id) => id === "NK-1")).toBe(false);
    expect(repeats(one, "€89.95", nothing)).toBe(false);
    expect(repeats(linesOf(ORDER), "Kanaal Low", nothing)).toBe(false);
  });

  it("are asked about once for a page of events", () => {
    expect(idsOf([ORDER, event("Product Viewed", { product_id: "NK-1001" }), event("Page Viewed", {})])).toEqual([
      "1002",
      "NK-1001",
    ]);
  });
});
