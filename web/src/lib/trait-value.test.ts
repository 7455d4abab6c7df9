import { beforeEach, describe, expect, it } from "vitest";
import { setFormatContext } from "./format";
import { parseTraitValue, traitShown, traitText } from "./trait-value";

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

describe("an attribute as it is read", () => {
  beforeEach(() => setFormatContext({ locale: "en", timeZone: "Europe/Amsterdam", currency: "EUR" }));

  it("has the parts of a list side by side, and what is kept to look up", () => {
    expect(traitShown(["running", "hiking", 2])).toEqual({
      text: "running, hiking, 2",
      raw: '["running","hiking",2]',
    });
    expect(traitShown([])).toEqual({ text: "[]" });
    expect(traitShown([{ a: 1 }])).toEqual({ text: '[{"a":1}]' });
  });

  it("is a time of the workspace where it is a moment, and a text where it only looks like one", () => {
    const { text, raw } = traitShown("2026-10-09T12:32:56.333Z");
    expect(text).toContain("14:32");
    expect(raw).toBe("2026-10-09T12:32:56.333Z");
    expect(traitShown("2026-10-09")).toEqual({ text: "2026-10-09" });
    expect(traitShown("2026-13-09T12:32:56Z")).toEqual({ text: "2026-13-09T12:32:56Z" });
    expect(traitShown("Anna")).toEqual({ text: "Anna" });
  });
});
