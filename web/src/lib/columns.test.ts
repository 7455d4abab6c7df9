import { describe, expect, it } from "vitest";
import { claimedTwice, FIELDS, ownTarget, suggestedColumns } from "./columns";

describe("a mapping of columns", () => {
  it("names a column it keeps after the column", () => {
    expect(ownTarget("customers", "Shoe size (EU)")).toBe("trait:shoe_size_eu");
    expect(ownTarget("companies", "Account manager")).toBe("trait:account_manager");
    expect(ownTarget("orders", "Färg")).toBe("property:färg");
    expect(ownTarget("events", "***")).toBe("property:column");
  });

  it("finds fields claimed twice, but not ignored columns", () => {
    expect(claimedTwice({ a: "email", b: "email", c: "ignore", d: "ignore" })).toEqual(["email"]);
  });

  it("begins with what was recognised", () => {
    expect(
      suggestedColumns([
        { name: "E-mail", suggested: "email" },
        { name: "x", suggested: null },
      ]),
    ).toEqual({ "E-mail": "email", x: "ignore" });
  });

  it("offers no field twice", () => {
    for (const fields of Object.values(FIELDS)) expect(new Set(fields).size).toBe(fields.length);
  });
});
