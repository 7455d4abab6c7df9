import { beforeEach, describe, expect, it } from "vitest";
import type { PricePoint } from "@/api/products";
import { askable } from "@/api/products";
import { setFormatContext } from "@/lib/format";
import {
  DAYS_DRAWN_MAX,
  type Filters,
  foundOf,
  hasChanged,
  isAvailability,
  isConnection,
  isFeedName,
  isFiltered,
  isGone,
  lastStep,
  partsOf,
  priceDays,
  priceNow,
  runLook,
  withParents,
} from "./model";

const euro = (minor: number) => ({ minor, currency: "EUR" });
const point = (at: string, price: number | null, sale: number | null = null): PricePoint => ({
  at,
  price: price === null ? null : euro(price),
  sale_price: sale === null ? null : euro(sale),
  availability: "in_stock",
});

beforeEach(() => setFormatContext({ locale: "en", timeZone: "Europe/Amsterdam", currency: "EUR" }));

describe("the price of a product", () => {
  it("is the sale price only while the sale holds", () => {
    const both = { price: euro(12_90), sale_price: euro(9_90) };
    expect(priceNow({ ...both, on_sale: true })).toEqual({ now: euro(9_90), usual: euro(12_90) });
    expect(priceNow({ ...both, on_sale: false })).toEqual({ now: euro(12_90), usual: null });
    expect(priceNow({ price: euro(1), sale_price: null, on_sale: true })).toEqual({ now: euro(1), usual: null });
  });
});

describe("why an item was refused", () => {
  it("is told by the value as it came, or by its length", () => {
    expect(partsOf('"12.90" has no currency: write 12.90 EUR, with the code of yours')).toEqual({
      value: "12.90",
      length: null,
      allowed: null,
    });
    expect(partsOf("has 812 characters; 150 are allowed")).toEqual({ value: null, length: 812, allowed: 150 });
    expect(partsOf("an item needs the attribute title")).toEqual({ value: null, length: null, allowed: null });
  });
});

describe("how many products fit", () => {
  const ALL: Filters = { q: "", source: "", availability: "", brand: "", category: "", gone: "no" };
  const FEEDS = [
    { source: "upload", products: 60, gone: 3 },
    { source: "src_1", products: 14, gone: 0 },
  ];
  const more = { rows: 50, more: true };

  it("is what the feeds have, as long as only the feed or what is gone is asked", () => {
    expect(foundOf(ALL, FEEDS, more)).toEqual({ count: 74, atLeast: false });
    expect(foundOf({ ...ALL, source: "upload", gone: "any" }, FEEDS, more)).toEqual({ count: 63, atLeast: false });
    expect(foundOf({ ...ALL, gone: "only" }, FEEDS, more)).toEqual({ count: 3, atLeast: false });
  });

  it("is at least what was loaded when more is asked, and exactly that once all of it is", () => {
    expect(foundOf({ ...ALL, brand: "Bergen" }, FEEDS, more)).toEqual({ count: 50, atLeast: true });
    expect(foundOf(ALL, undefined, more)).toEqual({ count: 50, atLeast: true });
    expect(foundOf({ ...ALL, q: "mug" }, FEEDS, { rows: 7, more: false })).toEqual({ count: 7, atLeast: false });
  });
});

describe("a run whose wait is over", () => {
  it("is overtaken, not interrupted: there is nothing to send once more", () => {
    expect(runLook({ state: "interrupted", code: "feed_superseded" })).toBe("overtaken");
    expect(runLook({ state: "interrupted", code: "feed_outdated" })).toBe("overtaken");
    expect(runLook({ state: "interrupted", code: null })).toBe("interrupted");
    expect(runLook({ state: "held", code: "feed_shrank" })).toBe("held");
  });
});

describe("categories", () => {
  const ITEMS = [
    { category: "Home > Kitchen > Mugs", products: 4 },
    { category: "Home > Garden", products: 2 },
    { category: "Shoes", products: 1 },
  ];

  it("count what lies below them, as the server finds it", () => {
    expect(withParents(ITEMS)).toEqual([
      { category: "Home", products: 6 },
      { category: "Home > Garden", products: 2 },
      { category: "Home > Kitchen", products: 4 },
      { category: "Home > Kitchen > Mugs", products: 4 },
      { category: "Shoes", products: 1 },
    ]);
  });

  it("are called by their last step", () => {
    expect(lastStep("Home > Kitchen > Mugs")).toBe("Mugs");
    expect(lastStep("Shoes")).toBe("Shoes");
  });
});

describe("the history of a price", () => {
  const NOW = new Date("2026-11-22T12:00:00Z");

  it("holds from day to day until it changes", () => {
    const history = [point("2026-11-21T09:00:00Z", 900, 800), point("2026-11-19T09:00:00Z", 1000)];
    expect(priceDays(history, NOW)).toEqual({
      days: ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"],
      price: [1000, 1000, 900, 900],
      sale: [Number.NaN, Number.NaN, 800, 800],
      currency: "EUR",
    });
  });

  it("shows what held at the end of a day with several changes, in the workspace's zone", () => {
    const history = [
      point("2026-11-21T22:59:00Z", 700),
      point("2026-11-21T09:00:00Z", 900),
      point("2026-11-20T23:30:00Z", 1000),
    ];
    expect(priceDays(history, NOW)).toMatchObject({ days: ["2026-11-21", "2026-11-22"], price: [700, 700] });
  });

  it("is drawn as far back as there is room for, beginning with what held then", () => {
    const history = [point("2026-11-22T09:00:00Z", 500), point("2020-01-01T09:00:00Z", 1000)];
    const found = priceDays(history, NOW);
    expect(found?.days.length).toBe(DAYS_DRAWN_MAX + 1);
    expect(found?.price.slice(0, 2)).toEqual([1000, 1000]);
    expect(found?.price.at(-1)).toBe(500);
  });

  it("steps over no day where the clock goes forward or back", () => {
    for (const [from, to, days] of [
      ["2026-03-27T22:30:00Z", "2026-03-31T12:00:00Z", 5],
      ["2026-10-23T21:30:00Z", "2026-10-26T12:00:00Z", 4],
    ] as const) {
      expect(priceDays([point(from, 1)], new Date(to))?.days.length, from).toBe(days);
    }
  });

  it("has no number where another currency held, and is none without a price", () => {
    const krona = { ...point("2026-11-21T09:00:00Z", null), price: { minor: 5000, currency: "SEK" } };
    const history = [point("2026-11-22T09:00:00Z", 500), krona];
    expect(priceDays(history, NOW)?.price).toEqual([Number.NaN, 500]);
    expect(priceDays([point("2026-11-21T09:00:00Z", null)], NOW)).toBeNull();
    expect(priceDays([], NOW)).toBeNull();
  });

  it("is worth a drawing once a price has changed", () => {
    const first = point("2026-11-21T09:00:00Z", 100);
    expect(hasChanged([{ ...first, availability: "out_of_stock" }, first])).toBe(false);
    expect(hasChanged([point("2026-11-22T09:00:00Z", 100, 90), first])).toBe(true);
  });
});

describe("the list", () => {
  const NONE = { q: "", source: "", availability: "", brand: "", category: "", gone: "no" } as const;

  it("knows when it is narrowed down", () => {
    expect(isFiltered(NONE)).toBe(false);
    expect(isFiltered({ ...NONE, brand: "Loper" })).toBe(true);
    expect(isFiltered({ ...NONE, gone: "any" })).toBe(true);
  });

  it("takes from the address only what exists", () => {
    expect(["in_stock", "sold"].map(isAvailability)).toEqual([true, false]);
    expect(["only", "yes"].map(isGone)).toEqual([true, false]);
  });
});

describe("a feed", () => {
  it("has a name of letters, digits and three signs", () => {
    expect(["upload", "summer_2026.v2-a", "", "two words", "é", "a".repeat(61)].map(isFeedName)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it("that is fetched has the name of its connection", () => {
    expect(["src_0198", "upload"].map(isConnection)).toEqual([true, false]);
  });
});

describe("what the catalogue is asked about", () => {
  it("is what it can answer: no commas, no long texts, a hundred at most", () => {
    expect(askable(["a", "", "b,c", "x".repeat(101)])).toEqual(["a"]);
    expect(askable(Array.from({ length: 150 }, (_, at) => String(at)))).toHaveLength(100);
  });
});
