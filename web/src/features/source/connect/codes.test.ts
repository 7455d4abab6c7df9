import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PROBLEMS, problemMessage } from "../webhook/words";
import { TROUBLES } from "./troubles";

const CONNECT = new URL("../../../../../crates/connect/src/", import.meta.url);

/** The whole of the room's code, without its tests. */
function source(): string {
  const files = readdirSync(CONNECT, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".rs") && !file.includes("tests"))
    .map((file) => readFileSync(new URL(file, CONNECT), "utf8"))
    .join("\n");
}

const found = (pattern: RegExp) => [...new Set([...source().matchAll(pattern)].map((match) => match[1] ?? ""))].sort();

describe("the words for what goes wrong", () => {
  it("are there for every reason a connection can fail for", () => {
    const codes = found(/Fault::new\(\s*"([a-z_]+)"/g);
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !(code in TROUBLES))).toEqual([]);
  });

  it("are there for everything that can be wrong with a mapping", () => {
    const codes = found(/\bproblem\(\s*(?:&?format!\([^)]*\)|[a-z/"]+),\s*"([a-z_]+)"/g);
    expect(codes.length).toBeGreaterThan(8);
    expect(codes.filter((code) => !(code in PROBLEMS))).toEqual([]);
  });

  it("say more where the field is known", () => {
    expect(problemMessage({ code: "missing_field", pointer: "/rules/0/event" })).toBe(PROBLEMS["missing_field event"]);
    expect(problemMessage({ code: "missing_field", pointer: "/rules/0/group_id" })).toBe(PROBLEMS.missing_field);
    expect(problemMessage({ code: "of_tomorrow", pointer: "/rules/0" })).toBeNull();
  });
});
