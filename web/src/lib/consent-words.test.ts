import { describe, expect, it } from "vitest";
import { localised, topicName } from "@/api/consent";
import { parseSubject, subjectText } from "./consent-words";

describe("what a consent is about", () => {
  it("is read from its text, and written back the same", () => {
    for (const text of ["email", "topic:news", "topic:news/email", "purpose:ads"]) {
      expect(subjectText(parseSubject(text))).toBe(text);
    }
    expect(parseSubject("topic:news/sms")).toEqual({ topic: "news", channel: "sms" });
    expect(parseSubject("pause")).toEqual({ wish: "pause" });
  });
});

describe("a text by language", () => {
  it("falls back to the company's language, to English, and to any", () => {
    expect(localised({ en: "News", nl: "Nieuws" }, "nl")).toBe("Nieuws");
    expect(localised({ en: "News", sv: "Nyheter" }, "fy", "sv")).toBe("Nyheter");
    expect(localised({ en: "News", nl: " " }, "nl")).toBe("News");
    expect(localised({ fy: "Nijs" }, "sv")).toBe("Nijs");
    expect(topicName({ key: "news", name: {} }, "en")).toBe("news");
  });
});
