import { describe, expect, it } from "vitest";
import { around, insertAt, namesIn, placeOf, suggestions, wordAt, written } from "./formula";

describe("the word at the caret", () => {
  it("is what belongs together before it", () => {
    expect(wordAt("order_total / ord", 17)).toEqual({ from: 14, to: 17, text: "ord" });
    expect(wordAt("order_total / ord", 5).text).toBe("order");
    expect(wordAt("2 * (", 5).text).toBe("");
    expect(wordAt("2 * 30", 6).text).toBe("");
  });

  it("goes back to an open bracket, spaces and all", () => {
    expect(wordAt("1 + [Total sp", 13)).toEqual({ from: 4, to: 13, text: "Total sp" });
    expect(wordAt("[a b] + c", 9).text).toBe("c");
  });
});

describe("what is offered", () => {
  const names = ["revenue", "order_count", "last_order", "ordinal"];

  it("begins with the word first, and holds it after that", () => {
    expect(suggestions(names, "ord", 8)).toEqual(["order_count", "ordinal", "last_order"]);
    expect(suggestions(names, "ord", 1)).toEqual(["order_count"]);
    expect(suggestions(names, "", 2)).toEqual(["revenue", "order_count"]);
    expect(suggestions(names, "revenue", 8)).toEqual([]);
  });

  it("is written in brackets when it has other letters", () => {
    expect(written("order_count_90d")).toBe("order_count_90d");
    expect(written("Loyalty points")).toBe("[Loyalty points]");
    expect(written("90d")).toBe("[90d]");
  });

  it("takes the place of the word", () => {
    expect(insertAt("revenue / ord + 1", 13, "order_count")).toEqual({
      formula: "revenue / order_count + 1",
      caret: 21,
    });
    expect(insertAt("1 + [Loy]", 8, "[Loyalty points]")).toEqual({ formula: "1 + [Loyalty points]", caret: 20 });
    expect(insertAt("", 0, "revenue")).toEqual({ formula: "revenue", caret: 7 });
    expect(insertAt("2", 1, "revenue").formula).toBe("2 revenue");
  });
});

describe("names in a formula", () => {
  it("are neither functions nor numbers", () => {
    expect(namesIn("round(revenue / max(1, orders), 2) + [Loyalty points] - revenue")).toEqual([
      "revenue",
      "orders",
      "Loyalty points",
    ]);
    expect(namesIn("address.floor * 2")).toEqual(["address.floor"]);
    expect(namesIn("2 * (3 + 4)")).toEqual([]);
  });
});

describe("the place of a mistake", () => {
  it("is read from the answer, and shown in the formula", () => {
    expect(placeOf('position 5: "*" is not expected here')).toBe(5);
    expect(placeOf("a formula names at least one trait")).toBeNull();
    expect(around("1 + * 2", 5)).toEqual({ before: "1 + ", at: "*", after: " 2" });
    expect(around("1 +", 9)).toEqual({ before: "1 +", at: "", after: "" });
  });
});
