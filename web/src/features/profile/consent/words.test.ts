import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { WHY_CODES } from "./words";

describe("the words for why nothing may be sent", () => {
  it("are there for every reason of the server, and for no other", () => {
    const rust = readFileSync(new URL("../../../../../crates/consent/src/permission.rs", import.meta.url), "utf8");
    const [, body = ""] = /fn word\(self\)[^{]*\{([\s\S]*?)\n {4}\}/.exec(rust) ?? [];
    const codes = [...body.matchAll(/=> "([a-z_]+)"/g)].map((match) => match[1] ?? "");
    expect([...new Set(codes)].filter((code) => code !== "allowed").sort()).toEqual([...WHY_CODES].sort());
  });
});
