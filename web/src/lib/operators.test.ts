import { describe, expect, it } from "vitest";
import { carryValue, firstOperator, isValueComplete, operatorsFor, typed, YEARLY_OPERATORS } from "./operators";

describe("operators", () => {
  it("fit the type of the value", () => {
    expect(operatorsFor("boolean")).toEqual(["is_true", "is_false", "exists", "not_exists"]);
    expect(operatorsFor("date")).not.toContain("contains");
  });

  it("of birthdays are for dates alone", () => {
    expect(operatorsFor("date")).toEqual(expect.arrayContaining([...YEARLY_OPERATORS]));
    expect(operatorsFor("string")).not.toContain("anniversary_today");
  });

  it("that make no sense somewhere are not offered there, nor begun with", () => {
    const relative = ["within_last", "not_within_last"] as const;
    const not = [...relative, ...YEARLY_OPERATORS];
    expect(operatorsFor("date", not)).toEqual(["between", "before", "after", "exists", "not_exists"]);
    expect(firstOperator("date")).toBe("within_last");
    expect(firstOperator("date", relative)).toBe("between");
  });

  it("keep what they can of the value when they change", () => {
    expect(carryValue("in", "NL")).toEqual(["NL"]);
    expect(carryValue("equals", ["NL", "SE"])).toBe("NL");
    expect(carryValue("exists", "NL")).toBeUndefined();
    expect(carryValue("within_last", "2026-01-01")).toEqual({ amount: 30, unit: "day" });
    expect(carryValue("anniversary_in_next", { amount: 7, unit: "day" })).toEqual({ amount: 7, unit: "day" });
    expect(carryValue("anniversary_today", { amount: 7, unit: "day" })).toBeUndefined();
  });

  it("know when a value is missing", () => {
    expect(isValueComplete("equals", "")).toBe(false);
    expect(isValueComplete("equals", 0)).toBe(true);
    expect(isValueComplete("in", [])).toBe(false);
    expect(isValueComplete("between", [1, undefined])).toBe(false);
    expect(isValueComplete("within_last", { amount: 0, unit: "day" })).toBe(false);
    expect(isValueComplete("not_exists", undefined)).toBe(true);
    expect(isValueComplete("anniversary_in_next", undefined)).toBe(false);
    expect(isValueComplete("anniversary_today", undefined)).toBe(true);
  });

  it("read numbers as numbers only where numbers are compared", () => {
    expect(typed("number", "12,5")).toBe(12.5);
    expect(typed("string", "12")).toBe("12");
    expect(typed("number", "many")).toBe("many");
  });
});
