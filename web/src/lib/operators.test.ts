import { describe, expect, it } from "vitest";
import { carryValue, firstOperator, isValueComplete, operatorsFor, typed } from "./operators";

describe("operators", () => {
  it("fit the type of the value", () => {
    expect(operatorsFor("boolean")).toEqual(["is_true", "is_false", "exists", "not_exists"]);
    expect(operatorsFor("date")).not.toContain("contains");
  });

  it("that make no sense somewhere are not offered there, nor begun with", () => {
    const relative = ["within_last", "not_within_last"] as const;
    expect(operatorsFor("date", relative)).toEqual(["between", "before", "after", "exists", "not_exists"]);
    expect(firstOperator("date")).toBe("within_last");
    expect(firstOperator("date", relative)).toBe("between");
  });

  it("keep what they can of the value when they change", () => {
    expect(carryValue("in", "NL")).toEqual(["NL"]);
    expect(carryValue("equals", ["NL", "SE"])).toBe("NL");
    expect(carryValue("exists", "NL")).toBeUndefined();
    expect(carryValue("within_last", "2026-01-01")).toEqual({ amount: 30, unit: "day" });
  });

  it("know when a value is missing", () => {
    expect(isValueComplete("equals", "")).toBe(false);
    expect(isValueComplete("equals", 0)).toBe(true);
    expect(isValueComplete("in", [])).toBe(false);
    expect(isValueComplete("between", [1, undefined])).toBe(false);
    expect(isValueComplete("within_last", { amount: 0, unit: "day" })).toBe(false);
    expect(isValueComplete("not_exists", undefined)).toBe(true);
  });

  it("read numbers as numbers only where numbers are compared", () => {
    expect(typed("number", "12,5")).toBe(12.5);
    expect(typed("string", "12")).toBe("12");
    expect(typed("number", "many")).toBe("many");
  });
});
