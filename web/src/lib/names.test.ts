import { beforeEach, describe, expect, it } from "vitest";
import { country, language, setFormatContext } from "./format";

beforeEach(() => setFormatContext({ locale: "en" }));

describe("a country and a language", () => {
  it("are named in the reader's language", () => {
    expect([country("NL"), language("nl-NL")]).toEqual(["Netherlands", "Dutch (Netherlands)"]);
    setFormatContext({ locale: "nl" });
    expect([country("nl"), language("sv_SE")]).toEqual(["Nederland", "Zweeds (Zweden)"]);
  });

  it("stay as they were sent when they are no code", () => {
    expect([country("Holland"), language("???"), country("ZZZ")]).toEqual(["Holland", "???", "ZZZ"]);
    expect([country(null), language("")]).toEqual(["–", "–"]);
  });
});
