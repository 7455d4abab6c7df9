import { describe, expect, it } from "vitest";
import { addressesIn, partsOf } from "./addresses";
import {
  bodyOf,
  cleaned,
  cleanSettings,
  contrast,
  countsOf,
  darkEnough,
  fitsAsLogo,
  inScheme,
  isKey,
  keyOf,
  missingLanguages,
  moved,
  sameSettings,
  signUpForm,
  topicCounts,
  withText,
} from "./model";
import { settings, topic } from "./testing";
import type { Summary } from "./types";

describe("a key", () => {
  it("is made of a name and is one the server takes", () => {
    expect(keyOf("Nieuws & acties")).toBe("nieuws-acties");
    expect(keyOf("Årets bästa")).toBe("arets-basta");
    expect(keyOf("  ")).toBe("");
    expect(isKey(keyOf("x".repeat(80)))).toBe(true);
    expect(keyOf(`${"x".repeat(39)} y`)).toBe("x".repeat(39));
    expect([isKey(""), isKey("News"), isKey("a_b-1")]).toEqual([false, false, true]);
  });
});

describe("the order", () => {
  it("moves one, and nothing beyond the ends", () => {
    const list = ["a", "b", "c"];
    expect(moved(list, 0, 2)).toEqual(["b", "c", "a"]);
    expect(moved(list, 2, 1)).toEqual(["a", "c", "b"]);
    expect(moved(list, 0, -1)).toBe(list);
    expect(moved(list, 2, 3)).toBe(list);
  });
});

describe("a text in four languages", () => {
  it("lacks languages only when one is written", () => {
    expect(missingLanguages({})).toEqual([]);
    expect(missingLanguages({ en: " " })).toEqual([]);
    expect(missingLanguages({ en: "News", sv: "" })).toEqual(["nl", "sv", "fy"]);
    expect(withText({ en: "News" }, "nl", "Nieuws")).toEqual({ en: "News", nl: "Nieuws" });
  });

  it("is sent without blanks and without empty languages", () => {
    expect(cleaned({ en: " News ", nl: " " })).toEqual({ en: "News" });
  });
});

describe("the settings", () => {
  it("are unchanged when only blanks differ", () => {
    expect(sameSettings(settings(), settings({ company: " Fjord Outdoor ", intro: { nl: "" } }))).toBe(true);
    expect(sameSettings(settings(), settings({ intro: { nl: "Hoi" } }))).toBe(false);
    expect(cleanSettings(settings({ confirmation: { subject: { en: "" }, text: { en: " x" } } })).confirmation).toEqual(
      {
        subject: {},
        text: { en: "x" },
      },
    );
  });
});

describe("a topic", () => {
  it("is sent with what can change, and nothing else", () => {
    expect(Object.keys(bodyOf(topic("news"))).sort()).toEqual([
      "channels",
      "default",
      "description",
      "double_opt_in",
      "name",
    ]);
  });
});

describe("contrast", () => {
  it("is what WCAG says", () => {
    expect(contrast("#000000")).toBeCloseTo(21);
    expect(contrast("#ffffff")).toBe(1);
    expect(contrast("#777777")).toBeCloseTo(4.48, 2);
    expect(contrast("#767676")).toBeGreaterThan(4.5);
    expect(contrast("teal")).toBeNull();
  });

  it("is reached by the same colour, darker, and no darker than needed", () => {
    expect(darkEnough("#0b5c66")).toBe("#0b5c66");
    const dark = darkEnough("#ffcc00");
    expect(contrast(dark)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(dark)).toBeLessThan(5);
    expect(darkEnough("nothing")).toBe("nothing");
  });
});

describe("a logo", () => {
  it("is a picture, and not a large one", () => {
    expect(fitsAsLogo("data:image/png;base64,AAAA")).toBe(true);
    expect(fitsAsLogo("data:text/html;base64,AAAA")).toBe(false);
    expect(fitsAsLogo(`data:image/png;base64,${"A".repeat(200 * 1024)}`)).toBe(false);
  });
});

describe("the counts", () => {
  const summary: Summary = {
    people: 100,
    subjects: [
      { subject: "email", subscribed: 60, unsubscribed: 5, pending: 5 },
      { subject: "topic:news", subscribed: 1, unsubscribed: 0, pending: 0 },
      { subject: "topic:news/email", subscribed: 20, unsubscribed: 2, pending: 3 },
      { subject: "topic:newsletter/email", subscribed: 50, unsubscribed: 0, pending: 0 },
    ],
  };

  it("take whoever said nothing as never asked", () => {
    expect(countsOf(summary, "email").never).toBe(30);
    expect(countsOf(summary, "sms")).toEqual({ subscribed: 0, pending: 0, unsubscribed: 0, never: 100 });
  });

  it("of a topic are where most was said, and not another topic's", () => {
    expect(topicCounts(summary, "news")).toEqual({ subscribed: 20, pending: 3, unsubscribed: 2, never: 75 });
    expect(topicCounts(summary, "tips").never).toBe(100);
  });
});

describe("the preview", () => {
  const page =
    "<!doctype html><html><head><style>@media (prefers-color-scheme: dark) { a { color: #fff } }</style></head><body></body></html>";

  it("follows the chosen look and not the reader's device", () => {
    expect(inScheme(page, "dark")).toContain("@media (min-width: 0)");
    expect(inScheme(page, "light")).toContain("@media (max-width: 0)");
    expect(inScheme(page, "dark")).toContain(":root{color-scheme:dark}");
    expect(inScheme(page, "dark").startsWith("<!doctype html>")).toBe(true);
    expect(inScheme("<p>", "light")).toContain("color-scheme:light");
  });
});

describe("the sign-up form", () => {
  const words = { email: "E-mail", submit: "Sign up", sentence: "Yes, e-mail me." };
  const form = signUpForm("https://t.example", "wk_1", "nl", "v1", [{ key: "news", name: 'News "daily" <b>' }], words);

  it("posts what the server asks for", () => {
    for (const part of [
      'action="https://t.example/v1/subscribe"',
      'name="writeKey" value="wk_1"',
      'name="language" value="nl"',
      'name="text" value="Yes, e-mail me."',
      'name="text_version" value="v1"',
      'name="topics" value="news"',
      'name="email"',
      'name="website"',
    ]) {
      expect(form).toContain(part);
    }
  });

  it("takes names as text", () => {
    expect(form).toContain("News &quot;daily&quot; &lt;b&gt;");
    expect(form).not.toContain("<b>");
  });
});

describe("a list of addresses", () => {
  it("is one per line, or the column that is called so", () => {
    expect(addressesIn("a@x.nl\r\n\r\n b@x.nl \na@x.nl")).toEqual(["a@x.nl", "b@x.nl"]);
    expect(addressesIn('\uFEFFname;email\nAnn;"a@x.nl"\nBob;b@x.nl')).toEqual(["a@x.nl", "b@x.nl"]);
    expect(addressesIn("channel,address,reason,at\nemail,a@x.nl,manual,2026")).toEqual(["a@x.nl"]);
    expect(addressesIn("")).toEqual([]);
  });

  it("is sent in parts", () => {
    expect(partsOf(["a", "b", "c"], 2)).toEqual([["a", "b"], ["c"]]);
    expect(partsOf([])).toEqual([]);
  });
});
