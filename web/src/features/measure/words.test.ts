import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { REFUSALS } from "./words";

describe("the words for refused orders", () => {
  it("are there for every reason an order is refused for, and for no other", () => {
    const rust = readFileSync(new URL("../../../../crates/measure/src/engine/refusal.rs", import.meta.url), "utf8");
    const reasons = [...rust.matchAll(/Self::\w+ => "([a-z_]+)"/g)].map((match) => match[1]);
    expect(reasons.length).toBeGreaterThan(0);
    expect(Object.keys(REFUSALS).sort()).toEqual(reasons.sort());
  });
});
