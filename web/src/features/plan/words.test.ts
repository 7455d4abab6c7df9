import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { detailOf, placeOf, VIOLATION_CODES } from "@/lib/violation-words";
import { ITEM_TYPES, KINDS, PURPOSES, TYPES } from "./types";

const source = (file: string) => readFileSync(new URL(`../../../../crates/plan/src/${file}`, import.meta.url), "utf8");

/** The words of one closed set of the server, from the code that names them. */
function wordsOf(set: string): string[] {
  const [, body = ""] = new RegExp(`\\b${set} \\{([^}]*)\\}`).exec(source("model.rs")) ?? [];
  return [...body.matchAll(/= "([a-z_]+)"/g)].map((match) => match[1] ?? "").sort();
}

describe("the words of the plan", () => {
  it("for what differs are there for every code of the server, and for no other", () => {
    expect(wordsOf("Code")).toEqual([...VIOLATION_CODES].sort());
  });

  it("for kinds and purposes are the server's", () => {
    expect(wordsOf("Kind")).toEqual([...KINDS].sort());
    expect(wordsOf("Purpose")).toEqual([...PURPOSES].sort());
  });

  it("for types are among the server's", () => {
    const known = new Set([...source("form.rs").matchAll(/"([a-z]+)"/g)].map((match) => match[1]));
    expect([...TYPES, ...ITEM_TYPES].filter((type) => !known.has(type))).toEqual([]);
  });
});

describe("a place in an event", () => {
  it("reads as names", () => {
    expect(placeOf("/products/*/price")).toBe("products › price");
    expect(placeOf("/a~1b/0/c")).toBe("a/b › c");
    expect(placeOf("")).toBe("");
  });
});

describe("the second line of a problem", () => {
  const of = (code: string, pointer: string, message: string, said = "words") =>
    detailOf({ code, pointer, message }, said);

  it("does not repeat in English what the first line says, nor name the top of the event", () => {
    expect(of("unplanned_event", "/", 'the event "X" is not planned')).toEqual({ pointer: "", message: "" });
    expect(of("missing_property", "/price", "price is missing")).toEqual({ pointer: "/price", message: "" });
    expect(of("newer_code", "", "as the server says", "as the server says").message).toBe("");
  });

  it("keeps what only the server knows", () => {
    expect(of("wrong_type", "/price", "must be a number, found text").message).toBe("must be a number, found text");
  });
});
