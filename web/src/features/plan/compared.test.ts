import { describe, expect, it } from "vitest";
import { comparedOf } from "./compared";
import { planned } from "./testing";

describe("how many events were compared", () => {
  const NOW = Date.parse("2026-11-22T12:00:00Z");
  const seen = (judged: number, created_at: string) => {
    const base = planned();
    return comparedOf({ ...base, created_at, last_7d: { ...base.last_7d, judged } }, NOW);
  };

  it("is the number of the week once it was planned for a week", () => {
    expect(seen(0, "2026-11-15T12:00:00Z")).toEqual({ count: 0, since: null });
    expect(seen(9, "2026-11-01T12:00:00Z")).toEqual({ count: 9, since: null });
  });

  it("says since when before that, and no zero for what came too early to be compared", () => {
    const created = "2026-11-22T10:00:00Z";
    expect(seen(0, created)).toEqual({ count: null, since: created });
    expect(seen(3, created)).toEqual({ count: 3, since: created });
  });
});
