import { readFileSync } from "node:fs";
import { i18n } from "@lingui/core";
import { beforeAll, describe, expect, it } from "vitest";
import { LONGEST } from "./model";
import { event, kind, REST, rule } from "./testing";
import { KINDS } from "./types";
import { MISTAKES, ruleWords, targetWords, WARNINGS } from "./words";

beforeAll(() => i18n.loadAndActivate({ locale: "en", messages: {} }));

describe("a rule", () => {
  it("is one sentence", () => {
    expect(ruleWords(rule("rtn_1", kind("page")))).toBe("Page views: deleted after 13 months");
    expect(ruleWords(rule("rtn_1", REST, { action: "anonymise", keep: { amount: 1, unit: "day" } }))).toBe(
      "Everything else: made anonymous after 1 day",
    );
    expect(ruleWords(rule("rtn_1", event("Order Completed"), { keep: null }))).toBe("Order Completed: kept for ever");
  });

  it("is about a kind nobody has words for under the server's own", () => {
    expect(targetWords(kind("of_tomorrow"))).toBe("of_tomorrow");
  });
});

const source = (file: string) =>
  readFileSync(new URL(`../../../../crates/retention/src/${file}`, import.meta.url), "utf8");

function codesIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ""))].sort();
}

describe("what the server says of a rule", () => {
  it("has words for every warning, and for no other", () => {
    expect(codesIn(source("check.rs"), /warn\(\s*"([a-z_]+)"/g)).toEqual(Object.keys(WARNINGS).sort());
  });

  it("has words for mistakes the server knows", () => {
    const known = codesIn(source("check.rs"), /flaw\("[^"]*", "([a-z_]+)"/g);
    expect(known.length).toBeGreaterThan(3);
    expect(Object.keys(MISTAKES).filter((code) => !known.includes(code))).toEqual([]);
  });

  it("has the same kinds and the same limits", () => {
    expect(codesIn(/KINDS: .*= \[(.*)\]/.exec(source("model.rs"))?.[1] ?? "", /"([a-z]+)"/g)).toEqual(
      [...KINDS].sort(),
    );
    const limit = (name: string) =>
      Number(new RegExp(`${name}: u32 = ([\\d_]+)`).exec(source("limits.rs"))?.[1]?.replaceAll("_", ""));
    expect(LONGEST).toEqual({ day: limit("KEEP_DAYS_MAX"), month: limit("KEEP_MONTHS_MAX") });
  });
});
