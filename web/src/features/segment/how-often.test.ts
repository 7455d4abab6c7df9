import { describe, expect, it } from "vitest";
import type { AmountOf, AmountOp, EventCondition } from "@/api/types";
import { fitsNothing, howOftenOf, isHowOftenComplete, withEvent, withHowOften } from "./how-often";

const ORDERED: EventCondition = {
  name: "Order Completed",
  op: "performed",
  count: { op: "at_least", value: 2 },
  window: { last: { amount: 30, unit: "day" } },
  where: [{ property: "currency", op: "equals", value: "EUR" }],
  channel: "web",
};
const { count: _count, ...REST } = ORDERED;

describe("how often", () => {
  it("is one choice of three kinds", () => {
    expect(howOftenOf(ORDERED)).toBe("at_least");
    expect(howOftenOf({ ...REST, count: null, occurrence: null, amount: null })).toBe("at_least");
    expect(howOftenOf({ ...REST, occurrence: "last" })).toBe("last");
    expect(howOftenOf({ ...REST, amount: { of: "min", property: "", op: "at_least" } })).toBe("min");
  });

  it("leaves nothing of another choice, and everything else", () => {
    const first = withHowOften(ORDERED, "first");
    expect(first).toEqual({ ...REST, occurrence: "first" });
    const total = withHowOften(first, "sum");
    expect(total).toEqual({ ...REST, amount: { of: "sum", property: "", op: "at_least" } });
    expect(withHowOften(total, "at_most")).toEqual({ ...REST, count: { op: "at_most", value: 1 } });
    expect(withHowOften(ORDERED, "exactly").count).toEqual({ op: "exactly", value: 2 });
  });

  it("keeps the detail and its number from a total to an average", () => {
    const amount = { of: "sum", property: "revenue", op: "more_than", value: 12.5 } as const;
    expect(withHowOften({ ...REST, amount }, "average").amount).toEqual({ ...amount, of: "average" });
  });

  it("begins with another detail for another event", () => {
    const total: EventCondition = { ...REST, amount: { of: "sum", property: "revenue", op: "at_least", value: 1 } };
    expect(withEvent(total, { ...total, channel: null }).amount?.property).toBe("revenue");
    expect(withEvent(total, { ...total, name: "Product Viewed" }).amount).toEqual({ ...total.amount, property: "" });
    expect(withEvent(ORDERED, { ...ORDERED, name: "Product Viewed" }).count).toEqual(ORDERED.count);
  });

  it("knows when something is missing", () => {
    const total = (property: string, value?: number): EventCondition => ({
      ...REST,
      amount: { of: "sum", property, op: "at_least", value },
    });
    expect(isHowOftenComplete(total("revenue", 0))).toBe(true);
    expect(isHowOftenComplete(total("revenue"))).toBe(false);
    expect(isHowOftenComplete(total("", 100))).toBe(false);
    expect(isHowOftenComplete({ ...REST, occurrence: "first" })).toBe(true);
    expect(isHowOftenComplete({ ...REST, count: { op: "at_least", value: -1 } })).toBe(false);
  });

  it("says when nothing fits too", () => {
    const total = (of: AmountOf, op: AmountOp, value?: number): EventCondition => ({
      ...REST,
      amount: { of, property: "revenue", op, value },
    });
    expect(fitsNothing(total("sum", "at_most", 10))).toBe(true);
    expect(fitsNothing(total("distinct", "less_than", 1))).toBe(true);
    expect(fitsNothing(total("sum", "exactly", 0))).toBe(true);
    expect(fitsNothing(total("sum", "at_least", 1))).toBe(false);
    expect(fitsNothing(total("average", "at_most", 10))).toBe(false);
    expect(fitsNothing(total("sum", "at_most"))).toBe(false);
    expect(fitsNothing({ ...total("sum", "at_most", 10), op: "not_performed" })).toBe(false);
  });
});
