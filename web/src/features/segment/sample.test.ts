import { describe, expect, it } from "vitest";
import { isBeyond, isSampleComplete, shareOf, withBegin, withShare } from "./sample";

describe("a random share", () => {
  it("keeps its beginning when it grows, and its size when it moves", () => {
    expect(withShare({ from: 20, to: 30, seed: "a" }, 15)).toEqual({ from: 20, to: 35, seed: "a" });
    expect(withBegin({ from: 0, to: 10, seed: "a" }, 40)).toEqual({ from: 40, to: 50, seed: "a" });
  });

  it("has two decimals and no more", () => {
    expect(withShare({ from: 0.1, to: 1 }, 0.2).to).toBe(0.3);
    expect(shareOf({ from: 0.1, to: 0.3 })).toBe(0.2);
    expect(isSampleComplete({ from: 0, to: 33.33 })).toBe(true);
    expect(isSampleComplete({ from: 0, to: 33.333 })).toBe(false);
  });

  it("is not finished without a size, or when it ends beyond everybody", () => {
    expect(shareOf({ from: 10 })).toBeUndefined();
    expect(isSampleComplete(withShare({ from: 0, to: 10 }, undefined))).toBe(false);
    expect(isSampleComplete({ from: 10, to: 10 })).toBe(false);
    expect(isSampleComplete({ from: -1, to: 10 })).toBe(false);
    expect(isBeyond(withBegin({ from: 0, to: 10 }, 95))).toBe(true);
    expect(isSampleComplete({ from: 95, to: 105 })).toBe(false);
    expect(isSampleComplete({ from: 90, to: 100 })).toBe(true);
    expect(isSampleComplete({ from: null, to: 10, seed: null })).toBe(true);
  });
});
