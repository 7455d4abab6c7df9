import { describe, expect, it } from "vitest";
import type { Source } from "@/api/types";
import { healthOf, healthOfSource } from "./health";
import { everyOf, isClock, isDaily, stepsWith } from "./schedule";
import type { Connection, HealthState } from "./types";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const SOURCE: Source = {
  id: "src_1",
  name: "Shop",
  kind: "website",
  write_key: "wk",
  old_keys: [],
  events: 10,
  rejected: 0,
  bots: 0,
  last_event_at: "2026-11-22T11:00:00Z",
  last_error: null,
  last_error_at: null,
  created_at: "2026-01-01T00:00:00Z",
};
const connection = (state: HealthState, code: string | null = null) =>
  ({ definition: { kind: "folder" }, health: { state, code, detail: "d", since: null } }) as unknown as Connection;
const webhook = (rules: number, failed_payloads: number) => {
  const definition = { kind: "webhook", mapping: { rules: Array(rules).fill({}) } };
  return { ...connection("ok"), definition, failed_payloads } as unknown as Connection;
};

describe("the light of a source", () => {
  it("is green while events come in, grey when none came for a week or at all", () => {
    expect(healthOfSource(SOURCE, NOW)).toMatchObject({ light: "green", reason: "works" });
    const weekAgo = { ...SOURCE, last_event_at: "2026-11-15T11:59:00Z" };
    expect(healthOfSource(weekAgo, NOW)).toMatchObject({ light: "grey", reason: "silent" });
    const never = { ...SOURCE, events: 0, last_event_at: null };
    expect(healthOfSource(never, NOW)).toMatchObject({ light: "grey", reason: "waiting" });
  });

  it("is red when the last thing it sent was refused, and not once good events came after that", () => {
    const refused = { ...SOURCE, last_error: "no name", last_error_at: "2026-11-22T11:30:00Z" };
    expect(healthOfSource(refused, NOW)).toMatchObject({ light: "red", reason: "refusing", detail: "no name" });
    const better = { ...refused, last_event_at: "2026-11-22T11:31:00Z" };
    expect(healthOfSource(better, NOW).light).toBe("green");
    const onlyRefused = { ...refused, events: 0, last_event_at: null };
    expect(healthOfSource(onlyRefused, NOW).light).toBe("red");
  });

  it("is what the server says of a connection, whatever the events say", () => {
    const lights = (["ok", "running", "waiting", "paused"] as const).map(
      (state) => healthOf({ ...SOURCE, events: 0, last_event_at: null }, connection(state), NOW).light,
    );
    expect(lights).toEqual(["green", "green", "grey", "grey"]);
    expect(healthOf(SOURCE, connection("failing", "wrong_credentials"), NOW)).toMatchObject({
      light: "red",
      reason: "failing",
      code: "wrong_credentials",
      detail: "d",
    });
  });
});

describe("the light of a webhook", () => {
  it("is not green while what comes in becomes no event", () => {
    const none = { ...SOURCE, events: 0, last_event_at: null };
    expect(healthOf(none, webhook(0, 4), NOW)).toMatchObject({ light: "grey", reason: "unmapped" });
    expect(healthOf(none, webhook(1, 4), NOW)).toMatchObject({ light: "grey", reason: "unmapped" });
    // The rules were taken away later: what comes now waits.
    expect(healthOf(SOURCE, webhook(0, 4), NOW).reason).toBe("unmapped");
  });

  it("is green once it became events, and when it answered before anything had to become one", () => {
    expect(healthOf(SOURCE, webhook(2, 4), NOW)).toMatchObject({ light: "green", reason: "works" });
    const none = { ...SOURCE, events: 0, last_event_at: null };
    expect(healthOf(none, webhook(1, 0), NOW).light).toBe("green");
  });
});

describe("a schedule", () => {
  it("is said in the largest unit that comes out whole", () => {
    expect([5, 90, 60, 720, 1440, 10_080].map(everyOf)).toEqual([
      { unit: "minutes", count: 5 },
      { unit: "minutes", count: 90 },
      { unit: "hours", count: 1 },
      { unit: "hours", count: 12 },
      { unit: "days", count: 1 },
      { unit: "days", count: 7 },
    ]);
  });

  it("offers also what somebody set elsewhere", () => {
    expect(stepsWith(7)).toEqual([5, 7, 15, 30, 60, 180, 360, 720, 1440]);
    expect(stepsWith(60)).toHaveLength(8);
  });

  it("is daily when it has a time", () => {
    expect(isDaily({ daily_at: "03:00", time_zone: "UTC" })).toBe(true);
    expect(isDaily({ every_minutes: 5 })).toBe(false);
    expect(["03:00", "23:59", "24:00", "3:00", ""].map(isClock)).toEqual([true, true, false, false, false]);
  });
});
