import { describe, expect, it } from "vitest";
import type { FeedDefinition } from "../connect/types";
import { columnsOf, isComplete, keepsSecret, newFeed, signInOf, toSend, withSignIn } from "./model";

const feed = (more: Partial<FeedDefinition> = {}): FeedDefinition => ({
  ...newFeed(),
  url: "https://shop.example/feed.xml",
  ...more,
});
const STORED = feed({ user: "tutti", secret: null, secret_set: true });

describe("signing in at the shop", () => {
  it("goes with a password, with a header, or not at all", () => {
    expect(signInOf(newFeed())).toBe("none");
    expect(signInOf({ user: "", header: null })).toBe("password");
    expect(signInOf({ user: null, header: "X-Api-Key" })).toBe("header");
    for (const how of ["none", "password", "header"] as const) expect(signInOf(withSignIn(how))).toBe(how);
  });

  it("keeps the stored secret for the same place and name only", () => {
    expect(keepsSecret(STORED, STORED)).toBe(true);
    expect(keepsSecret(feed({ user: "tutti", url: "https://shop.example/other.xml" }), STORED)).toBe(true);
    expect(keepsSecret(feed({ user: "tutti", url: "https://shop.example:8443/feed.xml" }), STORED)).toBe(false);
    expect(keepsSecret(feed({ user: "tutti", url: "http://shop.example/feed.xml" }), STORED)).toBe(false);
    expect(keepsSecret(feed({ user: "other" }), STORED)).toBe(false);
    expect(keepsSecret(feed({ header: "X-Api-Key" }), STORED)).toBe(false);
    expect(keepsSecret(feed({ user: "tutti" }), undefined)).toBe(false);
  });
});

describe("a feed's form", () => {
  it("is complete with an address, and a secret where one is wanted", () => {
    expect(isComplete(feed(), undefined)).toBe(true);
    expect(isComplete(feed({ url: "shop.example" }), undefined)).toBe(false);
    expect(isComplete(feed({ user: "tutti" }), undefined)).toBe(false);
    expect(isComplete(feed({ user: "tutti", secret: "s" }), undefined)).toBe(true);
    expect(isComplete(feed({ header: " ", secret: "s" }), undefined)).toBe(false);
    expect(isComplete(feed({ user: "tutti" }), STORED)).toBe(true);
  });

  it("sends no secret that was not typed, and no empty names", () => {
    expect(toSend({ ...STORED, url: " https://shop.example/a.xml " })).toEqual({
      kind: "feed",
      url: "https://shop.example/a.xml",
      mode: "whole",
      user: "tutti",
      header: null,
      schedule: { every_minutes: 60 },
    });
    expect(toSend(feed({ header: " X-Key ", secret: "s" }))).toMatchObject({ header: "X-Key", secret: "s" });
    expect(toSend(feed({ user: "" })).user).toBeNull();
  });
});

describe("what a test has found", () => {
  it("begins with what a product is known by", () => {
    const rows: Record<string, string>[] = [
      { brand: "Loper", title: "A", id: "1" },
      { id: "2", gtin: "8", price: "9 EUR" },
    ];
    expect(columnsOf(rows)).toEqual(["id", "title", "price", "brand", "gtin"]);
    expect(columnsOf([])).toEqual([]);
  });
});
