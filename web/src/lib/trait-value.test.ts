import { describe, expect, it } from "vitest";
import { parseTraitValue, traitText } from "./trait-value";

describe("an attribute typed by hand", () => {
  it("is a number, a yes or no, a list or text; empty takes it away", () => {
    expect(parseTraitValue("12.5")).toBe(12.5);
    expect(parseTraitValue("true")).toBe(true);
    expect(parseTraitValue('["a"]')).toEqual(["a"]);
    expect(parseTraitValue("[not json")).toBe("[not json");
    expect(parseTraitValue("  ")).toBeNull();
  });

  it("keeps the zeros of a number that is a name", () => {
    expect(parseTraitValue("0612345678")).toBe("0612345678");
    expect(parseTraitValue("0.5")).toBe(0.5);
  });

  it("goes back into a field as it was typed", () => {
    for (const text of ["12.5", "true", '["a"]', "Anna"]) expect(traitText(parseTraitValue(text))).toBe(text);
    expect(traitText(null)).toBe("");
  });
});
