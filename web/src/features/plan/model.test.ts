import { describe, expect, it } from "vitest";
import {
  areNamed,
  bodyOf,
  consequences,
  contentOf,
  draftBody,
  draftOf,
  draftProblem,
  EMPTY_SCHEMA,
  examples,
  nameProblem,
  newDraft,
  parseAllowed,
  parseObject,
  plannedProperties,
  sampleCall,
  withItems,
  withType,
} from "./model";
import { planned, property, settings, suggestion, violation, violations } from "./testing";

describe("a property", () => {
  it("keeps of itself what fits another type", () => {
    const size = property("size", { allowed: ["38", "40", "XL"] });
    expect(withType(size, "integer").allowed).toEqual([38, 40]);
    expect(withType(size, "boolean").allowed).toEqual([]);
    const list = withType(property("products"), "list");
    expect(list.items).toBe("any");
    const lines = withItems(list, "object");
    const filled = { ...lines, properties: [property("sku")] };
    expect(withItems(filled, "text").properties).toEqual([]);
    expect(withType(filled, "text")).toMatchObject({ items: null, properties: [] });
    expect(withType(filled, "object").properties).toHaveLength(1);
  });

  it("takes allowed values of its own type only", () => {
    expect(parseAllowed("text", [" S ", "M", "M", ""])).toEqual({ values: ["S", "M"], wrong: [] });
    expect(parseAllowed("number", ["1,5", "2", "two"])).toEqual({ values: [1.5, 2], wrong: ["two"] });
    expect(parseAllowed("integer", ["1.5", "2"])).toEqual({ values: [2], wrong: ["1.5"] });
  });

  it("has a name of its own among its neighbours, inside as well", () => {
    const list = [property("a"), property(" a "), property(" ")];
    expect([0, 1, 2].map((at) => nameProblem(list, at))).toEqual(["twice", "twice", "empty"]);
    expect(areNamed([property("a"), property("b")])).toBe(true);
    expect(areNamed([property("a", { type: "object", properties: [property("")] })])).toBe(false);
  });
});

describe("an example", () => {
  const properties = [
    property("total", { type: "number" }),
    property("currency", { allowed: ["EUR", "SEK"] }),
    property("products", { type: "list", items: "object", properties: [property("sku")] }),
    property("tags", { type: "list", items: "text" }),
  ];

  it("has a fitting value of every property", () => {
    expect(examples(properties)).toEqual({
      total: 12.5,
      currency: "EUR",
      products: [{ sku: "text" }],
      tags: ["text"],
    });
  });

  it("is a whole call of its kind", () => {
    const list = [property("plan")];
    expect(sampleCall({ kind: "track", name: "Signed Up" }, list)).toMatchObject({
      type: "track",
      event: "Signed Up",
      properties: { plan: "text" },
    });
    expect(sampleCall({ kind: "identify", name: "" }, list)).toMatchObject({ traits: { plan: "text" } });
    expect(sampleCall({ kind: "group", name: "" }, list)).toHaveProperty("groupId");
    expect(sampleCall({ kind: "page", name: "" }, list)).not.toHaveProperty("name");
    expect(sampleCall({ kind: "page", name: "Home" }, list)).toHaveProperty("name", "Home");
  });
});

describe("the event being edited", () => {
  it("is sent as it was when nothing was changed", () => {
    expect(draftBody(draftOf(planned()))).toEqual(bodyOf(planned()));
    const asSchema = planned({ properties: null });
    expect(draftOf(asSchema).content.as).toBe("json");
    expect(draftBody(draftOf(asSchema))).toEqual(bodyOf(asSchema));
    expect(bodyOf(asSchema)).not.toHaveProperty("properties");
  });

  it("is not sent half written", () => {
    expect(draftProblem(newDraft())).toBe("name");
    expect(draftProblem(newDraft("page"))).toBeNull();
    expect(draftProblem(newDraft("track", "A", [property("")]))).toBe("property_names");
    const draft = newDraft("track", "A");
    expect(draftProblem({ ...draft, content: { as: "json", text: "[1]" } })).toBe("not_json");
    expect(draftProblem({ ...draft, content: { as: "json", text: "{}" } })).toBeNull();
  });

  it("loses its name when its kind has none, and blanks around names", () => {
    const draft = { ...newDraft("identify", "left over", [property(" email ")]), description: " who " };
    expect(draftBody(draft)).toMatchObject({ name: "", description: "who", properties: [{ name: "email" }] });
  });

  it("has an empty schema as long as the text is none", () => {
    expect(contentOf({ ...newDraft(), content: { as: "json", text: "{" } })).toEqual({ schema: EMPTY_SCHEMA });
    expect(parseObject("null")).toBeNull();
    expect(parseObject("[]")).toBeNull();
  });
});

describe("a suggestion", () => {
  it("becomes properties without its counts", () => {
    expect(plannedProperties(suggestion("sku"))).toEqual([property("sku")]);
  });
});

describe("what a setting takes away", () => {
  const seen = violations(
    violation("wrong_type", 5),
    violation("unplanned_event", 7),
    violation("unplanned_property", 11),
  );

  it("is told in what was counted before", () => {
    expect(consequences(settings(), settings({ on_violation: "block" }), seen)).toEqual([
      { what: "block_violations", count: 5 },
    ]);
    expect(
      consequences(settings(), settings({ unplanned_events: "drop", unplanned_properties: "drop" }), seen),
    ).toEqual([
      { what: "drop_unplanned", count: 7 },
      { what: "drop_properties", count: 11 },
    ]);
  });

  it("is not known when it was not counted", () => {
    const before = settings({ on_violation: "pass", unplanned_events: "keep" });
    const after = { ...before, on_violation: "block", unplanned_events: "block" } as const;
    expect(consequences(before, after, seen).map((one) => one.count)).toEqual([null, null]);
    expect(consequences(settings(), settings({ on_violation: "block" }), undefined)[0]?.count).toBeNull();
  });

  it("also comes with switching on, and not with what was so already", () => {
    const block = settings({ on_violation: "block" });
    expect(consequences({ ...block, enabled: false }, block, undefined)).toEqual([
      { what: "block_violations", count: null },
    ]);
    expect(consequences(block, block, seen)).toEqual([]);
    expect(consequences(settings(), { ...block, enabled: false }, seen)).toEqual([]);
  });
});
