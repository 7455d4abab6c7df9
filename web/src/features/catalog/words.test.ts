import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FEED_TROUBLES } from "@/lib/feed-words";
import { REFUSALS, RUN_LOOKS } from "./words";

const CATALOG = new URL("../../../../crates/catalog/src/", import.meta.url);

/** The whole of the room's code, without its tests. */
const SOURCE = readdirSync(CATALOG, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".rs") && !file.includes("tests"))
  .map((file) => readFileSync(new URL(file, CATALOG), "utf8"))
  .join("\n");

const found = (pattern: RegExp) => [...new Set([...SOURCE.matchAll(pattern)].map((match) => match[1] ?? ""))].sort();

describe("the words for what goes wrong", () => {
  it("are there for every reason an item can be refused for", () => {
    const codes = [
      ...found(/Flaw::new\(\s*[A-Za-z_"]+,\s*"([a-z_]+)"/g),
      ...found(/Flaw \{ [^}]*code: "([a-z_]+)"/g),
      ...found(/\.word\("[a-z_]+", "([a-z_]+)"/g),
    ];
    expect(codes.length).toBeGreaterThan(8);
    expect(codes.filter((code) => !(code in REFUSALS))).toEqual([]);
  });

  it("read the server's sentence for what is too long", () => {
    expect(SOURCE).toContain('"has {length} characters; {chars_max} are allowed"');
  });

  it("are there for every reason a feed can be refused for", () => {
    const codes = found(/FeedError::[A-Za-z]+(?:\([^)]*\)|\s*\{[^}]*\})? => "([a-z_]+)"/g);
    expect(codes.length).toBeGreaterThan(3);
    // What was stopped from our side was not refused: it is said by the upload itself.
    expect(codes.filter((code) => !(code in FEED_TROUBLES) && code !== "broken_upload")).toEqual([]);
  });

  it("stand for codes there are", () => {
    const stale = [...Object.keys(REFUSALS), ...Object.keys(FEED_TROUBLES)].filter(
      (code) => !SOURCE.includes(`"${code}"`),
    );
    expect(stale).toEqual([]);
  });

  it("are there for every state of a run", () => {
    const states = Object.keys(RUN_LOOKS).filter((look) => look !== "overtaken");
    for (const state of states) expect(SOURCE).toContain(`= "${state}"`);
  });
});
