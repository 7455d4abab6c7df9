import { i18n } from "@lingui/core";
import { beforeEach, describe, expect, it } from "vitest";
import { parseEvents } from "@/api/sse";
import * as format from "./format";
import { pushHistory, redo, startHistory, undo } from "./history";
import { keyName } from "./shortcuts";
import { momentOf, wallTime } from "./zones";

const SPACE = /[\u00a0\u202f]/g;
const plain = (text: string) => text.replace(SPACE, " ");

beforeEach(() => {
  i18n.loadAndActivate({ locale: "en", messages: {} });
  format.setFormatContext({ locale: "en", timeZone: "Europe/Amsterdam", currency: "EUR" });
});

describe("numbers and money", () => {
  it("are written as the language writes them", () => {
    expect(format.number(1234567)).toBe("1,234,567");
    format.setFormatContext({ locale: "nl" });
    expect(plain(format.money({ minor: 129900, currency: "EUR" }))).toBe("€ 1.299,00");
    format.setFormatContext({ locale: "sv" });
    expect(plain(format.money({ minor: 129900, currency: "SEK" }))).toBe("1 299,00 kr");
  });

  it("know that some currencies have no cents", () => {
    expect(format.money({ minor: 500, currency: "JPY" })).toBe("JP¥500");
  });

  it("shorten large sums only, so that a price keeps its cents", () => {
    const euros = (minor: number, style: format.MoneyStyle) => format.money({ minor, currency: "EUR" }, style);
    expect(euros(8995, "compact")).toBe("€89.95");
    expect(euros(1234500, "compact")).toBe("€12.3k");
    expect(euros(150000, "axis")).toBe("€1.5k");
    expect(format.sumStyle({ minor: 8995, currency: "EUR" })).toBe("full");
    expect(format.sumStyle({ minor: 1_000_000, currency: "EUR" })).toBe("whole");
    expect(format.sumStyle({ minor: 10_000, currency: "JPY" })).toBe("whole");
  });

  it("compare today with yesterday, unless there was none", () => {
    expect(format.change(110, 100)?.text).toBe("+10%");
    expect(format.change(5, 0)).toBeNull();
    expect(format.ratio(1, 0)).toBe(format.NOTHING);
  });
});

describe("dates", () => {
  const at = "2026-11-22T23:30:00Z";

  it("stand in the workspace's zone", () => {
    expect(format.dayKey(at)).toBe("2026-11-23");
    expect(format.time(at)).toBe("00:30");
  });

  it("are Frisian in Frisian", () => {
    format.setFormatContext({ locale: "fy" });
    expect(format.dayHeading("2026-11-20T12:00:00Z", new Date(at))).toBe("freed 20 novimber 2026");
    expect(format.date("2026-05-01T12:00:00Z")).toBe("1 maaie 2026");
  });

  it("are named by day when near", () => {
    expect(format.dayHeading(at, new Date("2026-11-23T10:00:00Z"))).toBe("Today");
    expect(format.dayHeading(at, new Date("2026-11-24T10:00:00Z"))).toBe("Yesterday");
    expect(format.ago("2026-11-22T23:28:00Z", new Date(at))).toBe("2 minutes ago");
  });
});

describe("the clocks of time zones", () => {
  const zone = "Europe/Amsterdam";

  it("go both ways", () => {
    expect(momentOf("2026-11-25T09:00", zone)).toEqual({ kind: "exact", at: new Date("2026-11-25T08:00:00Z") });
    expect(wallTime("2026-07-01T22:30:00Z", zone)).toBe("2026-07-02T00:30");
    expect(momentOf("2026-07-02T00:30", zone)).toEqual({ kind: "exact", at: new Date("2026-07-01T22:30:00Z") });
    expect(momentOf("2026-11-25T09:00", "America/St_Johns")).toMatchObject({ at: new Date("2026-11-25T12:30:00Z") });
  });

  it("jump over an hour in spring", () => {
    expect(momentOf("2026-03-29T02:30", zone)).toEqual({ kind: "skipped" });
    expect(momentOf("2026-03-29T03:00", zone)).toEqual({ kind: "exact", at: new Date("2026-03-29T01:00:00Z") });
  });

  it("show an hour twice in autumn, and the first is meant", () => {
    expect(momentOf("2026-10-25T02:30", zone)).toEqual({ kind: "twice", at: new Date("2026-10-25T00:30:00Z") });
    expect(momentOf("2026-10-25T03:00", zone)).toEqual({ kind: "exact", at: new Date("2026-10-25T02:00:00Z") });
  });

  it("know nothing of half a date", () => {
    expect(momentOf("2026-11-25T", zone)).toEqual({ kind: "none" });
    expect(momentOf("2026-13-25T09:00", zone)).toEqual({ kind: "none" });
  });
});

describe("people", () => {
  it("keep their names, and visitors get a word of the language", () => {
    expect(format.person("Emma Bos")).toBe("Emma Bos");
    expect(format.person("Visitor 42")).toBe("Visitor 42");
    i18n.loadAndActivate({ locale: "nl", messages: { jKANhK: ["Bezoeker ", ["tail"]] } });
    expect(format.person("Visitor Jones")).toBe("Visitor Jones");
  });
});

describe("counting down", () => {
  it("takes two units and no empty one", () => {
    expect(format.countdown(51 * 3_600_000)).toBe("2 days 3 hours");
    expect(format.countdown(48 * 3_600_000)).toBe("2 days");
    expect(format.countdown(3_600_000 + 12 * 60_000)).toBe("1 hour 12 minutes");
    expect(format.countdown(61_000)).toBe("1 minute");
    expect(format.countdown(59_000)).toBe("less than a minute");
  });

  it("names the zone of an appointment", () => {
    expect(format.appointment("2026-11-25T08:00:00Z")).toContain("09:00 (Europe/Amsterdam)");
    expect(format.appointment("2026-11-25T08:00:00Z", "Asia/Tokyo")).toContain("17:00 (Asia/Tokyo)");
  });
});

describe("the event stream", () => {
  it("emits whole events and keeps the rest", () => {
    const seen: [string, string][] = [];
    const rest = parseEvents(
      'event: rate\ndata: {"per_second":3}\n\n: heartbeat\n\nevent: event\ndata: {"id"',
      (name, data) => seen.push([name, data]),
    );
    expect(seen).toEqual([["rate", '{"per_second":3}']]);
    expect(rest).toBe('event: event\ndata: {"id"');
  });
});

describe("history", () => {
  it("goes back, forward, and forgets the future after an edit", () => {
    const three = pushHistory(pushHistory(startHistory(1), 2), 3);
    expect(undo(three).present).toBe(2);
    expect(redo(undo(three)).present).toBe(3);
    expect(pushHistory(undo(three), 9).future).toEqual([]);
    expect(undo(startHistory(1)).present).toBe(1);
  });
});

describe("key names", () => {
  const key = (key: string, more = {}) =>
    keyName({ key, metaKey: false, ctrlKey: false, altKey: false, shiftKey: false, ...more });

  it("are the same on every keyboard", () => {
    expect(key("Z", { ctrlKey: true, shiftKey: true })).toBe("mod+shift+z");
    expect(key("z", { metaKey: true })).toBe("mod+z");
    expect(key("?", { shiftKey: true })).toBe("?");
    expect(key("ArrowUp", { altKey: true })).toBe("alt+arrowup");
  });
});
