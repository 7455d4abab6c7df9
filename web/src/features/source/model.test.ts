import { describe, expect, it } from "vitest";
import { json, jsonObject } from "./model";

describe("JSON that was typed", () => {
  it("is an object, or is not taken", () => {
    expect(jsonObject('{"a":1}')).toEqual({ a: 1 });
    for (const text of ["[1]", "null", "1", '"a"', "", "{"]) expect(jsonObject(text)).toBeNull();
  });

  it("may be anything where a sample is asked for", () => {
    expect(json("[1]")).toEqual([1]);
    expect(json("null")).toBeNull();
    expect(json("{")).toBeUndefined();
  });
});
