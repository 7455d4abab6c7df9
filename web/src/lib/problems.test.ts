import { readFileSync } from "node:fs";
import { i18n } from "@lingui/core";
import { beforeAll, describe, expect, it } from "vitest";
import { PROBLEMS, problemTitle } from "./problems";

beforeAll(() => i18n.loadAndActivate({ locale: "en", messages: {} }));

const conflict = { status: 409, title: "Conflict" };

describe("the name of a problem", () => {
  it("goes by its code, and without words for the code by what the server says", () => {
    expect(problemTitle({ ...conflict, code: "segment_in_use" })).toBe("The segment is in use");
    expect(problemTitle({ ...conflict, code: "of_tomorrow" })).toBe("Conflict");
  });

  it("is there also when nothing answered", () => {
    expect(problemTitle({ status: 0, title: "", code: "no_answer" })).toBe("No answer from the server");
    expect(problemTitle(null)).toBe("Something went wrong");
  });

  it("stands for codes the server has", () => {
    const rust = readFileSync(new URL("../../../crates/api/src/errors/codes.rs", import.meta.url), "utf8");
    const codes = new Set([...rust.matchAll(/^([a-z_]+) \| \d{3} \|/gm)].map((match) => match[1]));
    expect(codes.size).toBeGreaterThan(50);
    expect(Object.keys(PROBLEMS).filter((code) => !codes.has(code))).toEqual([]);
  });
});
