import { describe, expect, it } from "vitest";
import type { EventProperty } from "@/api/types";
import { isMatchComplete, isSpanComplete, isWindowComplete, numbersFirst } from "./event-condition";

describe("the parts of a condition on events", () => {
  it("know when something is missing", () => {
    expect(isMatchComplete({ name: "" })).toBe(false);
    expect(isMatchComplete({ name: "Order Completed" })).toBe(true);
    expect(isMatchComplete({ name: "Order Completed", where: [{ property: "", op: "equals" }] })).toBe(false);
    expect(isSpanComplete({ amount: 0, unit: "day" })).toBe(false);
    expect(isSpanComplete({ amount: 1.5, unit: "day" })).toBe(false);
    expect(isWindowComplete(null)).toBe(true);
    expect(isWindowComplete({ last: { amount: 0, unit: "day" } })).toBe(false);
    expect(isWindowComplete({ between: { from: "2026-01-01", to: "" } })).toBe(false);
  });

  it("offer numbers first where they are reckoned with", () => {
    const property = (name: string, type: string): EventProperty => ({ name, type, count: 1, examples: [] });
    const items = [property("currency", "string"), property("revenue", "number"), property("quantity", "integer")];
    expect(numbersFirst(items).map((one) => one.name)).toEqual(["revenue", "quantity", "currency"]);
  });
});
