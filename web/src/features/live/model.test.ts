import { describe, expect, it } from "vitest";
import type { LiveEvent } from "@/api/types";
import { MOST_SHOWN, personLabel, prepend, summary } from "./model";

function event(id: string, more: Partial<LiveEvent> = {}): LiveEvent {
  return {
    id,
    message_id: id,
    kind: "track",
    name: "Product Viewed",
    at: "2026-11-22T10:00:00Z",
    received_at: "2026-11-22T10:00:00Z",
    channel: "web",
    source: null,
    profile: { id: "prf_42", label: null, created: false, by: [] },
    properties: {},
    traits: {},
    context: {},
    status: "accepted",
    ...more,
  };
}

describe("the list of live events", () => {
  it("has the newest first and nothing twice", () => {
    const shown = prepend([event("b"), event("a")], [event("b"), event("c"), event("d")]);
    expect(shown.map((one) => one.id)).toEqual(["d", "c", "b", "a"]);
  });

  it("does not grow for ever", () => {
    const many = Array.from({ length: MOST_SHOWN + 50 }, (_, index) => event(String(index)));
    const shown = prepend([], many);
    expect(shown).toHaveLength(MOST_SHOWN);
    expect(shown[0]?.id).toBe(String(MOST_SHOWN + 49));
  });

  it("sums an event up without nested things", () => {
    const one = event("a", { properties: { price: 9, products: [1, 2], nested: { x: 1 }, note: null } });
    expect(summary(one)).toBe("price: 9 · products: 2");
  });
});

describe("who did it", () => {
  const visitor = (tail: string) => `Visitor ${tail}`;

  it("is the known name, else the address in the event, else a visitor", () => {
    expect(personLabel(event("a"), new Map([["prf_42", "Ann"]]), visitor)).toBe("Ann");
    expect(personLabel(event("a", { traits: { email: "ann@example.com" } }), new Map(), visitor)).toBe(
      "ann@example.com",
    );
    expect(personLabel(event("a"), new Map(), visitor)).toBe("Visitor 42");
  });
});
