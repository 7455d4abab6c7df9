import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { REFUSALS, refusalMessage } from "./refusal-words";

const COLLECT = new URL("../../../../crates/collect/src/", import.meta.url);
const source = (file: string) => readFileSync(new URL(file, COLLECT), "utf8");

/** The codes an item can be refused with, from the code that refuses. */
function codes(): string[] {
  const found = [
    ...source("check.rs").matchAll(/ItemProblem::new\(\s*"([a-z_]+)"/g),
    ...source("check.rs").matchAll(/_MAX, "([a-z_]+)"\)/g),
    ...source("cloudevents.rs").matchAll(/problem\("([a-z_]+)"/g),
    ...source("scan.rs").matchAll(/Flaw::\w+ => "([a-z_]+)"/g),
    ...source("amounts.rs").matchAll(/code: "([a-z_]+)"/g),
    ...source("../../server/src/adapters/plan.rs").matchAll(/=> \("([a-z_]+)", format!/g),
  ].map((match) => match[1] ?? "");
  return [...new Set(found)].sort();
}

describe("the words for refused events", () => {
  it("are there for every code the collector knows, and for no other", () => {
    const known = new Set(Object.keys(REFUSALS).map((key) => key.split(" ")[0]));
    expect(codes().length).toBeGreaterThan(20);
    expect([...known].sort()).toEqual(codes());
  });

  it("say what is missing where the place tells", () => {
    expect(refusalMessage({ code: "missing_field", pointer: "/event" })).toBe(REFUSALS["missing_field /event"]);
    expect(refusalMessage({ code: "missing_field", pointer: "/other" })).toBe(REFUSALS.missing_field);
    expect(refusalMessage({ code: "of_tomorrow", pointer: "" })).toBeNull();
  });
});
