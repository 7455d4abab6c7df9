import { readFileSync } from "node:fs";
import { i18n } from "@lingui/core";
import { beforeAll, describe, expect, it } from "vitest";
import { setFormatContext } from "@/lib/format";
import { eventsText, goesLines, staysLines } from "./words";

beforeAll(() => {
  i18n.loadAndActivate({ locale: "en", messages: {} });
  setFormatContext({ locale: "en" });
});

/** The parts the server names: those that go, those that stay. */
function partsOf(list: "goes" | "stays"): string[] {
  const file = new URL("../../../../../crates/api/src/routes/profile/anonymise.rs", import.meta.url);
  const [, body = ""] = new RegExp(`let ${list} = vec!\\[([\\s\\S]*?)\\];`).exec(readFileSync(file, "utf8")) ?? [];
  return [...body.matchAll(/part\("([a-z_]+)"/g)].map((match) => match[1] ?? "");
}

describe("what goes and what stays", () => {
  it("has words for every part the server names", () => {
    for (const [list, words] of [
      ["goes", goesLines],
      ["stays", staysLines],
    ] as const) {
      const parts = partsOf(list);
      expect(parts.length).toBeGreaterThan(2);
      const lines = words(parts.map((what) => ({ what, count: 2 })));
      expect(lines.filter((line) => parts.includes(line))).toEqual([]);
    }
  });

  it("leaves out what there is none of, and counts where it is counted", () => {
    const lines = staysLines([
      { what: "events", count: 1 },
      { what: "orders", count: 0 },
      { what: "suppression", count: null },
    ]);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe("1 event that belongs to nobody");
  });

  it("shows a part nobody has words for under the server's own", () => {
    expect(goesLines([{ what: "of_tomorrow", count: null }])).toEqual(["of_tomorrow"]);
  });
});

describe("the events that stay", () => {
  it("are the most frequent, with how many", () => {
    const events = [
      { name: "Page Viewed", events: 1200 },
      { name: "Order Completed", events: 3 },
    ];
    expect(eventsText(events, 6)).toBe("Page Viewed (1,200), Order Completed (3)");
    expect(eventsText(events, 1)).toBe("Page Viewed (1,200), …");
    expect(eventsText([], 6)).toBe("");
  });
});
