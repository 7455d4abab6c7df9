import { beforeEach, describe, expect, it } from "vitest";
import type { Profile, TimelineEvent } from "@/api/types";
import { setFormatContext } from "@/lib/format";
import { byDay, byMachine, consentOf, reclassifiedHits, summaryOf } from "./model";

function event(properties: Record<string, unknown>, more: Partial<TimelineEvent> = {}): TimelineEvent {
  return {
    id: "1",
    name: "Email Opened",
    kind: "track",
    at: "2026-11-22T10:00:00Z",
    channel: "email",
    source: null,
    summary: "",
    properties,
    traits: {},
    context: {},
    ...more,
  };
}

beforeEach(() => setFormatContext({ locale: "en", timeZone: "Europe/Amsterdam", currency: "EUR" }));

describe("who opened or clicked", () => {
  const nobody = new Set<string>();

  it("is a machine only where the server says so", () => {
    expect(byMachine(event({ machine: "machine" }), nobody)).toBe(true);
    expect(byMachine(event({ machine: "human" }), nobody)).toBe(false);
    expect(byMachine(event({ machine: "unknown" }), nobody)).toBe(false);
    expect(byMachine(event({}), nobody)).toBe(false);
  });

  it("is a machine also when that turned out later", () => {
    const later = event({ machine: "machine", hits: ["aa", "bb"] }, { name: "Email Hits Reclassified" });
    const found = reclassifiedHits([later, event({ hits: "cc" }), event({})]);
    expect([...found]).toEqual(["aa", "bb"]);
    expect(byMachine(event({ machine: "human", hit_id: "bb" }), found)).toBe(true);
    expect(byMachine(event({ machine: "human", hit_id: "cc" }), found)).toBe(false);
  });
});

describe("the words beside an event", () => {
  it("are the campaign and the link as the server names them", () => {
    const summary = "New sneakers · https://shop.example/sneakers";
    expect(summaryOf(event({ campaign_id: "cmp_1" }, { summary }))).toBe(summary);
  });

  it("are an amount in the reader's writing", () => {
    const order = event({ total: 89.95, currency: "EUR" }, { name: "Order Completed", summary: "EUR 89.95" });
    expect(summaryOf(order)).toBe("€89.95");
    setFormatContext({ locale: "nl" });
    expect(summaryOf(order).replace(/\s/, " ")).toBe("€ 89,95");
  });

  it("are left out when they only repeat the name", () => {
    expect(summaryOf(event({}, { name: "Page Viewed", summary: "Page Viewed" }))).toBe("");
  });
});

describe("the days of a timeline", () => {
  it("begin at midnight in the workspace's zone", () => {
    const days = byDay([
      event({}, { id: "c", at: "2026-11-22T23:30:00Z" }),
      event({}, { id: "b", at: "2026-11-22T22:30:00Z" }),
      event({}, { id: "a", at: "2026-11-22T08:00:00Z" }),
    ]);
    expect(days.map((day) => [day.key, day.events.length])).toEqual([
      ["2026-11-23", 1],
      ["2026-11-22", 2],
    ]);
  });
});

describe("consent", () => {
  it("of a channel nobody spoke about is not there", () => {
    const consent = [{ channel: "email", state: "subscribed" as const }];
    expect(consentOf({ consent } as Profile, "email")?.state).toBe("subscribed");
    expect(consentOf({ consent } as Profile, "sms")).toBeNull();
  });
});
