import { describe, expect, it } from "vitest";
import type { Condition } from "@/api/types";
import {
  addTo,
  compile,
  duplicateNode,
  fromCondition,
  type Group,
  isComplete,
  type Leaf,
  moveNode,
  namedAt,
  newGroup,
  newRule,
  removeNode,
} from "./model";

const NL: Condition = { trait: { name: "country", op: "equals", value: "NL" } };
const SE: Condition = { trait: { name: "country", op: "equals", value: "SE" } };
const MAIL: Condition = { reachable: { channel: "email" } };
const BOUGHT: Condition = {
  event: {
    name: "Order Completed",
    op: "performed",
    count: { op: "at_least", value: 2 },
    window: { last: { amount: 60, unit: "day" } },
    where: [{ property: "products.category", op: "equals", value: "sneakers" }],
    channel: null,
  },
};
const FIRST_ORDER: Leaf = {
  event: {
    name: "Order Completed",
    op: "performed",
    occurrence: "first",
    window: { last: { amount: 30, unit: "day" } },
    where: [],
    channel: null,
  },
};
const SPENT: Leaf = {
  event: {
    name: "Order Completed",
    op: "performed",
    amount: { of: "sum", property: "revenue", op: "at_least", value: 250 },
    window: null,
    where: [],
    channel: null,
  },
};
const LEFT_BASKET: Leaf = {
  sequence: {
    op: "performed",
    steps: [
      { name: "Product Viewed", where: [{ property: "category", op: "equals", value: "sneakers" }], channel: "web" },
      { name: "Product Added", where: [], channel: null },
    ],
    within: { amount: 7, unit: "day" },
    order: "strict",
    window: { last: { amount: 60, unit: "day" } },
    without: { name: "Order Completed", where: [], channel: null, within: { amount: 4, unit: "hour" } },
  },
};
const TENTH: Leaf = { sample: { from: 0, to: 10, seed: "autumn" } };
const BIRTHDAY: Leaf = { trait: { name: "birthday", op: "anniversary_in_next", value: { amount: 7, unit: "day" } } };
const BIRTHDAY_TODAY: Leaf = { trait: { name: "birthday", op: "anniversary_today" } };
const NEW_ONES = [FIRST_ORDER, SPENT, LEFT_BASKET, TENTH, BIRTHDAY, BIRTHDAY_TODAY];

function check(condition: Condition) {
  expect(compile(fromCondition(condition)).condition).toEqual(condition);
}

describe("a condition and the form", () => {
  it("survives the way there and back", () => {
    check({ all: [] });
    check({ all: [NL, BOUGHT, MAIL] });
    check({ any: [NL, { all: [SE, { not: BOUGHT }] }] });
    check({ all: [{ not: { any: [NL, SE] } }] });
    check({ all: [{ not: { all: [{ not: NL }] } }] });
    check({ all: NEW_ONES });
    check({ any: [{ not: LEFT_BASKET }, { all: [TENTH, { not: SPENT }] }] });
  });

  it("puts a single rule into a group, which means the same", () => {
    expect(compile(fromCondition(NL)).condition).toEqual({ all: [NL] });
    expect(compile(fromCondition({ not: NL })).condition).toEqual({ all: [{ not: NL }] });
  });

  it("leaves unfinished rules out and says how many", () => {
    const root = addTo(fromCondition({ all: [NL] }), "none", newRule("trait"));
    const withDraft = addTo(root, root.id, newRule("event"));
    const compiled = compile(withDraft);
    expect(compiled.condition).toEqual({ all: [NL] });
    expect(compiled.unfinished).toBe(1);
  });

  it("begins every kind of rule, with what is missing in it unfinished", () => {
    const unfinished = (["event", "sequence", "trait", "segment"] as const).map((kind) => newRule(kind).leaf);
    expect(unfinished.map(isComplete)).toEqual([false, false, false, false]);
    const ready = (["sample", "consent", "reachable"] as const).map((kind) => newRule(kind).leaf);
    expect(ready.map(isComplete)).toEqual([true, true, true]);
  });

  it("knows which rules are finished", () => {
    expect(NEW_ONES.map(isComplete)).toEqual(NEW_ONES.map(() => true));
    const half: Leaf[] = [
      { event: { name: "", op: "performed", occurrence: "first" } },
      {
        event: { name: "Order Completed", op: "performed", amount: { of: "sum", property: "revenue", op: "at_least" } },
      },
      { sequence: { op: "performed", steps: [{ name: "Product Viewed" }] } },
      { sample: { from: 0, seed: "" } },
      { trait: { name: "birthday", op: "anniversary_in_next", value: { amount: 0, unit: "day" } } },
    ];
    expect(half.map(isComplete)).toEqual(half.map(() => false));
    expect(compile(fromCondition({ all: [NL, ...half] }))).toMatchObject({ condition: { all: [NL] }, unfinished: 5 });
  });

  it("does not turn an empty group into everybody", () => {
    const root = fromCondition({ all: [NL] });
    const compiled = compile(addTo(root, root.id, newGroup("any", [newRule("segment")])));
    expect(compiled.condition).toEqual({ all: [NL] });
  });

  it("knows which rule a pointer of the answer belongs to", () => {
    const root = fromCondition({ any: [NL, { not: { all: [SE, MAIL] } }] });
    const { nodes } = compile(root);
    const second = root.children[1] as Group;
    expect(nodes.get("")).toBe(root.id);
    expect(nodes.get("/any/0")).toBe(root.children[0]?.id);
    expect(nodes.get("/any/1")).toBe(second.id);
    expect(nodes.get("/any/1/not/all/1")).toBe(second.children[1]?.id);
  });
});

describe("edits", () => {
  const root = fromCondition({ all: [NL, BOUGHT, MAIL] });
  const [first, second, third] = root.children;

  it("moves a rule among its siblings and stops at the ends", () => {
    expect(compile(moveNode(root, third?.id ?? "", -1)).condition).toEqual({ all: [NL, MAIL, BOUGHT] });
    expect(compile(moveNode(root, first?.id ?? "", -1)).condition).toEqual({ all: [NL, BOUGHT, MAIL] });
  });

  it("removes and duplicates without touching the original", () => {
    expect(compile(removeNode(root, second?.id ?? "")).condition).toEqual({ all: [NL, MAIL] });
    const twice = duplicateNode(root, first?.id ?? "");
    expect(compile(twice).condition).toEqual({ all: [NL, NL, BOUGHT, MAIL] });
    expect(new Set(twice.children.map((node) => node.id)).size).toBe(4);
    expect(root.children).toHaveLength(3);
  });

  it("duplicates a sequence with steps of its own", () => {
    const before = fromCondition({ all: [LEFT_BASKET] });
    const after = duplicateNode(before, before.children[0]?.id ?? "");
    const [one, other] = after.children.map((node) => (node.type === "rule" ? node.leaf : null));
    expect(other).toEqual(one);
    expect(other).not.toBe(one);
  });

  it("never removes the root", () => {
    expect(removeNode(root, root.id)).toBe(root);
  });

  it("finds the name that a pointer leads to", () => {
    const sequence = {
      sequence: {
        op: "performed" as const,
        steps: [{ name: "A" }, { name: "B" }],
        without: { name: "C", within: { amount: 1, unit: "day" as const } },
      },
    };
    expect(namedAt(sequence, "/all/0/sequence/steps/1/name")).toBe("B");
    expect(namedAt(sequence, "/sequence/without/name")).toBe("C");
    expect(namedAt(sequence, "/sequence/steps/7/name")).toBe("");
    expect(namedAt({ trait: { name: "city", op: "exists" } }, "/trait/name")).toBe("city");
  });
});
