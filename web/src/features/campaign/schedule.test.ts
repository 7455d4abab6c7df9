import { describe, expect, it } from "vitest";
import { formOf, plan, suggestion, watchEvery } from "./schedule";

const ZONE = "Europe/Amsterdam";
const NOW = new Date("2026-11-22T22:30:00Z");

describe("the schedule of a campaign", () => {
  it("begins with tomorrow morning in the workspace's zone", () => {
    expect(suggestion(ZONE, NOW)).toEqual({ day: "2026-11-23", time: "09:00", zone: ZONE, leewayHours: 4 });
    expect(suggestion("Asia/Tokyo", NOW).day).toBe("2026-11-24");
  });

  it("becomes two moments, and the fields again", () => {
    const form = { day: "2026-11-25", time: "09:00", zone: ZONE, leewayHours: 12 };
    const schedule = { scheduled_at: "2026-11-25T08:00:00.000Z", latest_at: "2026-11-25T20:00:00.000Z" };
    expect(plan(form, NOW)).toEqual({ schedule, twice: false });
    expect(formOf(schedule, ZONE)).toEqual(form);
  });

  it("says what is wrong with a time", () => {
    const form = suggestion(ZONE, NOW);
    expect(plan({ ...form, day: "" }, NOW)).toEqual({ problem: "empty" });
    expect(plan({ ...form, day: "2026-11-22" }, NOW)).toEqual({ problem: "past" });
    expect(plan({ ...form, day: "2027-03-28", time: "02:15" }, NOW)).toEqual({ problem: "skipped" });
    expect(plan({ ...form, day: "2027-10-31", time: "02:15" }, NOW)).toMatchObject({ twice: true });
  });

  it("is watched closely only around its time", () => {
    const schedule = { scheduled_at: "2026-11-23T08:00:00Z", latest_at: "2026-11-23T09:00:00Z" };
    expect(watchEvery(schedule, NOW.getTime())).toBe(30_000);
    expect(watchEvery(schedule, Date.parse("2026-11-23T07:59:30Z"))).toBe(2_000);
    expect(watchEvery(schedule, Date.parse("2026-11-23T08:00:30Z"))).toBe(2_000);
  });
});
