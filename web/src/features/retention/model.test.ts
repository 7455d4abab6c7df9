import { describe, expect, it } from "vitest";
import {
  choosable,
  type Draft,
  draftOf,
  EMPTY,
  isNarrower,
  isStarter,
  LONGEST,
  lookAt,
  obstacle,
  requestOf,
  resultOf,
  STARTERS,
  sameRule,
  widerOn,
} from "./model";
import { event, kind, look, REST, rule } from "./testing";

const draft = (more: Partial<Draft> = {}): Draft => ({ ...EMPTY, event: "Product Viewed", ...more });
const NOW = new Date("2026-11-22T12:00:00Z");

describe("a rule and its form", () => {
  it("survive the way there and back", () => {
    const rules = [
      rule("rtn_1", event("Product Viewed")),
      rule("rtn_2", kind("screen"), { action: "anonymise", keep: { amount: 90, unit: "day" } }),
      rule("rtn_3", REST, { keep: null }),
    ];
    for (const one of rules) expect(sameRule(requestOf(draftOf(one)), one)).toBe(true);
  });

  it("carry a time only where there is one, and a name only where one counts", () => {
    expect(requestOf(draft({ forever: true })).keep).toBeNull();
    expect(requestOf(draft({ what: "everything_else" })).target).toEqual(REST);
    expect(requestOf(draft({ event: " Product Viewed " })).target).toEqual(event("Product Viewed"));
  });

  it("differ as soon as one of target, time or action does", () => {
    const one = requestOf(draft());
    expect(sameRule(one, requestOf(draft()))).toBe(true);
    for (const more of [{ amount: 14 }, { unit: "day" as const }, { action: "anonymise" as const }, { event: "X" }]) {
      expect(sameRule(one, requestOf(draft(more)))).toBe(false);
    }
  });
});

describe("what is missing before it can be saved", () => {
  it("is the event, the time, or that there is such a rule already", () => {
    expect(obstacle(draft(), [])).toBeNull();
    expect(obstacle(draft({ event: "  " }), [])).toBe("name");
    expect(obstacle(draft(), [rule("rtn_1", event("Product Viewed"))])).toBe("taken");
    expect(obstacle(draft({ what: "everything_else" }), [rule("rtn_1", { what: "everything_else" })])).toBe("taken");
  });

  it("is a whole time within what can be asked for, unless it is kept for ever", () => {
    for (const amount of ["" as const, 0, 1.5, LONGEST.month + 1]) {
      expect(obstacle(draft({ amount }), [])).toBe("amount");
      expect(obstacle(draft({ amount, forever: true }), [])).toBeNull();
    }
    expect(obstacle(draft({ amount: LONGEST.day, unit: "day" }), [])).toBeNull();
  });

  it("is nothing for what the page offers to begin with", () => {
    for (const one of Object.values(STARTERS)) expect(obstacle(one, [])).toBeNull();
    expect(isStarter("pages")).toBe(true);
    expect(isStarter("toString")).toBe(false);
  });
});

describe("the events to choose from", () => {
  it("leave out what is kept as proof, the most frequent first", () => {
    const at = "2026-11-22T10:00:00Z";
    const names = [
      { name: "Unsubscribed", count: 99, last_at: at },
      { name: "Order Completed", count: 2, last_at: at },
      { name: "Product Viewed", count: 7, last_at: at },
    ];
    expect(choosable(names).map((one) => one.name)).toEqual(["Product Viewed", "Order Completed"]);
  });
});

describe("rules that depend on each other", () => {
  it("go from an event over its kind to everything else", () => {
    expect(isNarrower(event("A"), kind("track"))).toBe(true);
    expect(isNarrower(kind("track"), REST)).toBe(true);
    expect(isNarrower(kind("track"), kind("page"))).toBe(false);
  });

  it("are switched off with a narrower one that is on", () => {
    const narrow = rule("rtn_1", kind("page"), { enabled: true });
    const wide = rule("rtn_2", REST, { enabled: true });
    const off = rule("rtn_3", REST);
    const narrower = rule("rtn_4", event("A"), { enabled: true });
    expect(widerOn(narrow, [narrow, wide, off, narrower])).toEqual([wide]);
    expect(widerOn({ ...narrow, enabled: false }, [wide])).toEqual([]);
  });
});

describe("a look at what would go", () => {
  const page = rule("rtn_1", kind("page"));
  const one = rule("rtn_2", event("Product Viewed"));

  it("is the newest that holds the rule as it is now", () => {
    const older = look("rrn_1", [page]);
    const newer = look("rrn_2", [page], { started_at: "2026-11-22T11:00:00Z" });
    expect(lookAt(page, [older, newer], [page], NOW)?.id).toBe("rrn_2");
    expect(lookAt({ ...page, keep: { amount: 1, unit: "day" } }, [older, newer], [page], NOW)).toBeNull();
    expect(resultOf(newer, page)?.events).toBe(10);
    expect(resultOf(newer, one)).toBeNull();
  });

  it("counts for a day, and not when it failed or was a real run", () => {
    const late = new Date("2026-11-23T10:00:01Z");
    expect(lookAt(page, [look("rrn_1", [page])], [page], late)).toBeNull();
    expect(lookAt(page, [look("rrn_1", [page], { state: "failed" })], [page], NOW)).toBeNull();
    expect(lookAt(page, [look("rrn_1", [page], { mode: "run" })], [page], NOW)).toBeNull();
    expect(lookAt(page, [look("rrn_1", [page], { state: "running" })], [page], NOW)?.id).toBe("rrn_1");
  });

  it("does not count when a narrower rule in it is off, for that one would not keep its events back", () => {
    const both = look("rrn_1", [page, one]);
    expect(lookAt(page, [both], [page, one], NOW)).toBeNull();
    expect(lookAt(page, [both], [page, { ...one, enabled: true }], NOW)?.id).toBe("rrn_1");
    expect(lookAt(one, [both], [page, one], NOW)?.id).toBe("rrn_1");
    // Deleted meanwhile.
    expect(lookAt(page, [both], [page], NOW)).toBeNull();
  });
});
