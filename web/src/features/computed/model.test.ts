import { describe, expect, it } from "vitest";
import type { EventProperty } from "@/api/types";
import {
  definitionOf,
  draftOf,
  emptyDraft,
  isMoving,
  movingFilter,
  obstacle,
  slug,
  sorted,
  splitProperties,
  starters,
  suggestName,
  withEvent,
} from "./model";
import type { Definition } from "./types";

const ORDERS = {
  name: "Order Completed",
  where: [],
  window: { last: { amount: 90, unit: "day" as const } },
  channel: null,
};
const REVENUE: Definition = {
  aggregate: "sum",
  property: "revenue",
  event: { ...ORDERS, where: [{ property: "currency", op: "equals", value: "EUR" }], channel: "web" },
};

describe("a definition and the form", () => {
  it("survives the way there and back", () => {
    expect(definitionOf(draftOf(REVENUE), "yes")).toEqual(REVENUE);
    expect(definitionOf(draftOf({ formula: "a / b" }), "no")).toEqual({ formula: "a / b" });
  });

  it("reads what the server leaves out, or says nothing of", () => {
    const said = { aggregate: "count", property: null, version: 1, event: { name: "Order Completed" } };
    const draft = draftOf(said as unknown as Definition);
    expect(draft.property).toBe("");
    expect(definitionOf(draft, "no")).toEqual({ aggregate: "count", event: { ...ORDERS, window: null } });
  });

  it("keeps the other tab, and sends only the one that is open", () => {
    const both = { ...draftOf(REVENUE), kind: "formula" as const, formula: " 1 + 1 " };
    expect(definitionOf(both, "yes")).toEqual({ formula: "1 + 1" });
    expect(definitionOf({ ...both, kind: "aggregate" }, "yes")).toEqual(REVENUE);
  });

  it("leaves out a detail that the aggregate has no use for", () => {
    expect(definitionOf({ ...draftOf(REVENUE), aggregate: "count" }, "no")).not.toHaveProperty("property");
  });

  it("forgets the details of another event", () => {
    const other = withEvent(draftOf(REVENUE), "Page Viewed");
    expect(other.property).toBe("");
    expect(other.event.where).toEqual([]);
    expect(other.event.channel).toBe("web");
    const same = draftOf(REVENUE);
    expect(withEvent(same, "Order Completed")).toBe(same);
  });
});

describe("what is missing", () => {
  it("is said one after the other", () => {
    const draft = emptyDraft({ aggregate: "sum" });
    expect(obstacle(draft, "yes")).toBe("event");
    const event = { ...ORDERS, where: [{ property: "currency", op: "equals" as const }] };
    expect(obstacle({ ...draft, event }, "yes")).toBe("property");
    expect(obstacle({ ...draft, event, property: "revenue" }, "yes")).toBe("filter");
    expect(obstacle({ ...draft, event: { ...ORDERS, window: { since: "" } }, property: "revenue" }, "yes")).toBe(
      "window",
    );
    expect(obstacle({ ...draft, event: ORDERS, property: "revenue" }, "yes")).toBeNull();
    expect(obstacle({ ...draft, event: ORDERS }, "optional")).toBeNull();
    expect(obstacle(emptyDraft({ kind: "formula", formula: "  " }), "no")).toBe("formula");
  });

  it("finds comparisons that would move by themselves", () => {
    const moving = { property: "delivered_at", op: "within_last" as const, value: { amount: 3, unit: "day" } };
    expect(movingFilter([{ property: "currency", op: "equals", value: "EUR" }, moving])).toBe(moving);
    expect(movingFilter()).toBeNull();
  });
});

describe("a name", () => {
  const named = (more: Parameters<typeof emptyDraft>[0], taken: string[] = []) =>
    suggestName(emptyDraft({ event: { ...ORDERS, window: null }, ...more }), taken);

  it("is made of what is worked out", () => {
    expect(named({ event: ORDERS })).toBe("order_completed_count_90d");
    expect(named({ aggregate: "sum", property: "revenue" })).toBe("total_revenue");
    expect(named({ aggregate: "most_frequent", property: "products.category" })).toBe("favourite_products_category");
    expect(named({ aggregate: "first" })).toBe("first_order_completed");
    expect(named({ aggregate: "days_since", property: "revenue" })).toBe("days_since_order_completed");
    expect(named({ event: { ...ORDERS, window: { last: { amount: 6, unit: "month" } } } })).toBe(
      "order_completed_count_6mo",
    );
  });

  it("is different from those there are", () => {
    const taken = ["total_revenue", "total_revenue_2"];
    expect(named({ aggregate: "sum", property: "revenue" }, taken)).toBe("total_revenue_3");
  });

  it("is not there as long as nothing is known, nor for a formula", () => {
    expect(named({ event: { ...ORDERS, name: "" } })).toBe("");
    expect(named({ event: { ...ORDERS, name: "注文" } })).toBe("");
    expect(named({ kind: "formula", formula: "a / b" })).toBe("");
  });

  it("has plain letters", () => {
    expect(slug(" Größe – Été 2026! ")).toBe("gro_e_ete_2026");
  });
});

describe("details", () => {
  const property = (name: string, type: string): EventProperty => ({ name, type, count: 1, examples: [] });
  const items = [property("currency", "string"), property("revenue", "number"), property("quantity", "integer")];

  it("come with numbers first where only numbers make sense", () => {
    const { first, rest } = splitProperties(items, "average");
    expect(first.map((one) => one.name)).toEqual(["revenue", "quantity"]);
    expect(rest.map((one) => one.name)).toEqual(["currency"]);
    expect(splitProperties(items, "unique_list")).toEqual({ first: items, rest: [] });
  });
});

describe("starters", () => {
  const eventsOf = (names: string[]) => starters(names).map(({ draft }) => draft.event.name);

  it("are over events that occur", () => {
    expect(eventsOf(["Page Viewed", "Order Placed"])).toEqual(["Order Placed", "Order Placed", "Page Viewed"]);
    expect(eventsOf(["Sock Folded", "Order Completed"])[2]).toBe("Sock Folded");
    expect(eventsOf([])).toEqual(["Order Completed", "Order Completed", "Page Viewed"]);
  });

  it("are finished as they are", () => {
    const needs = { orders: "no", revenue: "yes", visit: "no" } as const;
    for (const { name, draft } of starters(["Order Completed"])) expect(obstacle(draft, needs[name])).toBeNull();
  });
});

describe("the list", () => {
  it("begins with what failed, then goes by name", () => {
    const of = (name: string, status: string) => ({ name, status });
    const list = [of("b", "live"), of("c", "failed"), of("a", "filling")];
    expect(sorted(list).map((one) => one.name)).toEqual(["c", "a", "b"]);
    expect(list.filter(isMoving).map((one) => one.name)).toEqual(["a"]);
  });
});
