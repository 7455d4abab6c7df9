import { describe, expect, it } from "vitest";
import { type Graph, layout, MOST_DRAWN, twigs, WIDE } from "./layout";
import { conflict, identifier, identity, merge } from "./testing";

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

const many = (count: number) => range(count).map((index) => identifier("anonymous_id", `browser-${index}`, "pro_a"));

const anna = identity({
  identifiers: [
    identifier("email", "a@x.nl", "pro_a"),
    identifier("phone", "+31612345678", "pro_a"),
    identifier("user_id", "b", "pro_b"),
    identifier("anonymous_id", "b1", "pro_b"),
    identifier("anonymous_id", "c", "pro_c"),
  ],
  merges: [merge("pro_b", "pro_a", "2026-11-02T10:00:00Z"), merge("pro_c", "pro_a", "2026-11-03T10:00:00Z")],
  conflicts: [conflict(), conflict({ kind: "phone", value: "+31612345678", profile: "pro_x", owner: "pro_a" })],
});

function overlaps({ nodes }: Graph): string[] {
  return nodes.flatMap((a, index) =>
    nodes
      .slice(index + 1)
      .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
      .map((b) => `${a.key} and ${b.key}`),
  );
}

function outside({ nodes, width, height }: Graph): string[] {
  return nodes
    .filter((node) => node.x < 0 || node.y < 0 || node.x + node.width > width || node.y + node.height > height)
    .map((node) => node.key);
}

const SHAPES = [identity(), anna, identity({ identifiers: many(7) }), identity({ ...anna, identifiers: [] })];

describe("the drawing", () => {
  it("lays nothing over anything else and stays inside, with much room and with little", () => {
    for (const shape of SHAPES) {
      for (const room of [296, 500, WIDE, 1400]) {
        const graph = layout(shape, room);
        expect(overlaps(graph)).toEqual([]);
        expect(outside(graph)).toEqual([]);
        expect(graph.width).toBeLessThanOrEqual(room);
      }
    }
  });

  it("has a line to every box but the person's", () => {
    for (const room of [300, 1000]) {
      const { nodes, edges } = layout(anna, room);
      expect(edges.map((edge) => edge.key).sort()).toEqual(
        nodes
          .filter((node) => node.type !== "person")
          .map((node) => node.key)
          .sort(),
      );
    }
  });

  it("has the person in the middle, with branches on both sides, where there is room", () => {
    const { nodes, width } = layout(anna, 1000);
    const [person, ...others] = nodes;
    expect(person?.type).toBe("person");
    expect((person?.x ?? 0) + (person?.width ?? 0) / 2).toBeCloseTo(width / 2);
    expect(others.some((node) => node.x < (person?.x ?? 0))).toBe(true);
    expect(others.some((node) => node.x > (person?.x ?? 0))).toBe(true);
  });

  it("has boxes large enough to be pressed", () => {
    for (const room of [296, WIDE]) {
      for (const node of layout(anna, room).nodes) {
        expect(Math.min(node.width, node.height)).toBeGreaterThanOrEqual(24);
      }
    }
  });
});

describe("what is drawn", () => {
  it("marks as disputed what somebody else claims, and adds what is only claimed", () => {
    const leaves = twigs(anna).flatMap((twig) => twig.leaves);
    expect(leaves.filter((leaf) => leaf.disputed).map((leaf) => [leaf.key, leaf.identifier !== null])).toEqual([
      ["phone:+31612345678", true],
      ["email:bea@x.nl", false],
    ]);
  });

  it("is dashed up to the disputed box", () => {
    const dashed = layout(anna, 1000).edges.filter((edge) => edge.dashed);
    expect(dashed.map((edge) => edge.key).sort()).toEqual(["email:bea@x.nl", "phone:+31612345678"]);
  });

  it("is every identifier up to a number, and beyond it one box for each kind", () => {
    const all = (count: number) => twigs(identity({ identifiers: many(count) })).flatMap((twig) => twig.leaves);
    expect(all(MOST_DRAWN)).toHaveLength(MOST_DRAWN);
    expect(all(MOST_DRAWN + 1).map((leaf) => [leaf.value, leaf.count])).toEqual([[null, MOST_DRAWN + 1]]);
  });

  it("tells the disputed from the others of their kind", () => {
    const conflicts = [conflict({ kind: "anonymous_id", value: "browser-3", profile: "pro_x", owner: "pro_a" })];
    const crowd = identity({ identifiers: many(MOST_DRAWN + 1), conflicts });
    expect(twigs(crowd)[0]?.leaves.map((leaf) => [leaf.value, leaf.count, leaf.disputed])).toEqual([
      [null, MOST_DRAWN, false],
      ["browser-3", 1, true],
    ]);
  });

  it("keeps what is the only one of its kind as it is", () => {
    const crowd = identity({ identifiers: [...many(MOST_DRAWN), identifier("email", "a@x.nl", "pro_a")] });
    expect(twigs(crowd)[0]?.leaves.map((leaf) => leaf.value)).toEqual([null, "a@x.nl"]);
  });
});
