import { describe, expect, it } from "vitest";
import { factsOf } from "./events";

describe("an event that would be sent", () => {
  it("says who, and then what", () => {
    expect(
      factsOf({
        type: "track",
        event: "Order Placed",
        userId: "12",
        messageId: "hash",
        context: { externalIds: [{ type: "email", id: "ann@example.com" }] },
        properties: { total: 89.95 },
      }),
    ).toEqual({
      type: "track",
      name: "Order Placed",
      who: [
        ["userId", "12"],
        ["email", "ann@example.com"],
      ],
      details: [["total", 89.95]],
    });
  });

  it("says nothing twice, and takes what it does not know for nothing", () => {
    const { who, details } = factsOf({
      type: "identify",
      traits: { email: "a", city: "b" },
      context: { externalIds: [{ type: "email", id: "a" }] },
    });
    expect([who, details]).toEqual([[["email", "a"]], [["city", "b"]]]);
    expect(factsOf({ type: 1, context: { externalIds: "x" }, properties: [1] })).toEqual({
      type: "",
      name: "",
      who: [],
      details: [],
    });
  });
});
