/** Where everything of the identity graph stands: branches left and right of the person, or, in little room, a tree. Pure. */
import { branches, keyOf } from "./model";
import type { HomedIdentifier, Identity, Merge } from "./types";

/** More identifiers than this are drawn as one box for each kind. */
export const MOST_DRAWN = 40;
/** From this width on there is room for branches on both sides. */
export const WIDE = 780;
const GAP_X = 32;
const GAP_Y = 10;
const INDENT = 24;
const BOX = 40;
const WIDEST_BOX = 190;
const MARGIN = 4;

export type Leaf = {
  key: string;
  kind: string;
  /** Null: as many of this kind as `count` says. */
  value: string | null;
  count: number;
  disputed: boolean;
  /** Null: claimed only, not attached. */
  identifier: HomedIdentifier | null;
};

type Place = { key: string; x: number; y: number; width: number; height: number };
export type GraphNode = Place & ({ type: "person" } | { type: "profile"; merge: Merge } | { type: "leaf"; leaf: Leaf });
export type GraphEdge = { key: string; path: string; dashed: boolean };
export type Graph = { width: number; height: number; nodes: GraphNode[]; edges: GraphEdge[] };

type Twig = { merge: Merge | null; leaves: Leaf[] };

function single(identifier: HomedIdentifier, disputed: boolean): Leaf {
  return { key: keyOf(identifier), kind: identifier.kind, value: identifier.value, count: 1, disputed, identifier };
}

/** One box for each kind, and one more for those of the kind that are in dispute. */
function byKind(home: string, leaves: Leaf[]): Leaf[] {
  const groups = new Map<string, Leaf[]>();
  for (const leaf of leaves) {
    const key = `${home}/${leaf.kind}${leaf.disputed ? "/disputed" : ""}`;
    groups.set(key, [...(groups.get(key) ?? []), leaf]);
  }
  return [...groups].flatMap(([key, all]) => {
    const [first] = all;
    if (!first || all.length === 1) return all;
    return [{ ...first, key, value: null, count: all.length, identifier: null }];
  });
}

/** What is drawn: the person's own identifiers with what is claimed only, then one twig for each merge. */
export function twigs(identity: Identity): Twig[] {
  const disputed = new Set(identity.conflicts.map(keyOf));
  const attached = new Set(identity.identifiers.map(keyOf));
  const grouped = identity.identifiers.length > MOST_DRAWN;
  const claimed = new Map(
    identity.conflicts
      .filter((conflict) => !attached.has(keyOf(conflict)))
      .map(({ kind, value }): [string, Leaf] => {
        const key = keyOf({ kind, value });
        return [key, { key, kind, value, count: 1, disputed: true, identifier: null }];
      }),
  );
  return branches(identity).map(({ merge, identifiers }) => {
    const leaves = identifiers.map((one) => single(one, disputed.has(keyOf(one))));
    const drawn = [...leaves, ...(merge ? [] : claimed.values())];
    return { merge, leaves: grouped ? byKind(merge?.from ?? identity.profile, drawn) : drawn };
  });
}

const tall = (boxes: number) => boxes * BOX + Math.max(boxes - 1, 0) * GAP_Y;
const rows = (twig: Twig) => (twig.merge ? Math.max(twig.leaves.length, 1) : twig.leaves.length);

/** The twigs on two sides of about the same height; own identifiers stand one by one wherever there is room. */
function balanced([own, ...merged]: Twig[]): [Twig[], Twig[]] {
  const both: [Twig[], Twig[]] = [[], []];
  const count = [0, 0];
  const lower = () => (Number(count[1]) <= Number(count[0]) ? 1 : 0);
  for (const twig of merged) {
    const side = lower();
    both[side].push(twig);
    count[side] = Number(count[side]) + rows(twig);
  }
  const leaves: [Leaf[], Leaf[]] = [[], []];
  for (const leaf of own?.leaves ?? []) {
    const side = lower();
    leaves[side].push(leaf);
    count[side] = Number(count[side]) + 1;
  }
  for (const side of [0, 1] as const) {
    if (leaves[side].length > 0) both[side].unshift({ merge: null, leaves: leaves[side] });
  }
  return both;
}

const middle = (place: Place) => place.y + place.height / 2;

/** A curve between two boxes beside each other. */
function curve(from: Place, to: Place, dashed: boolean): GraphEdge {
  const right = to.x > from.x;
  const [x1, x2] = right ? [from.x + from.width, to.x] : [from.x, to.x + to.width];
  const half = (x1 + x2) / 2;
  const path = `M${x1},${middle(from)} C${half},${middle(from)} ${half},${middle(to)} ${x2},${middle(to)}`;
  return { key: to.key, path, dashed };
}

function twoSided(identity: Identity, all: Twig[], room: number): Graph {
  const depth = identity.merges.length > 0 ? 2 : 1;
  const columns = depth * 2 + 1;
  const width = Math.min(WIDEST_BOX, (room - 2 * MARGIN - (columns - 1) * GAP_X) / columns);
  const both = balanced(all);
  const heights = both.map((side) => tall(side.reduce((sum, twig) => sum + rows(twig), 0)));
  const height = Math.max(BOX, ...heights) + 2 * MARGIN;
  const column = (index: number) => MARGIN + (depth + index) * (width + GAP_X);
  const at = (index: number, y: number) => ({ x: column(index), y, width, height: BOX });
  const person: GraphNode = { type: "person", key: identity.profile, ...at(0, (height - BOX) / 2) };
  const nodes: GraphNode[] = [person];
  const edges: GraphEdge[] = [];
  both.forEach((side, index) => {
    const step = index === 0 ? -1 : 1;
    let y = (height - Number(heights[index])) / 2;
    for (const { merge, leaves } of side) {
      let parent: GraphNode = person;
      if (merge) {
        const block = tall(Math.max(leaves.length, 1));
        parent = { type: "profile", merge, key: merge.from, ...at(step, y + (block - BOX) / 2) };
        nodes.push(parent);
        edges.push(curve(person, parent, false));
      }
      for (const leaf of leaves) {
        const node: GraphNode = { type: "leaf", leaf, key: leaf.key, ...at(merge ? 2 * step : step, y) };
        nodes.push(node);
        edges.push(curve(parent, node, leaf.disputed));
        y += BOX + GAP_Y;
      }
      if (leaves.length === 0) y += BOX + GAP_Y;
    }
  });
  return { width: 2 * MARGIN + columns * width + (columns - 1) * GAP_X, height, nodes, edges };
}

/** Down from under the box above, then to the right. */
function elbow(from: Place, to: Place, dashed: boolean): GraphEdge {
  const path = `M${from.x + INDENT / 2},${from.y + from.height} V${middle(to)} H${to.x}`;
  return { key: to.key, path, dashed };
}

function tree(identity: Identity, all: Twig[], room: number): Graph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  let y = MARGIN;
  const next = (level: number) => {
    const x = MARGIN + level * INDENT;
    const place = { x, y, width: Math.min(room - MARGIN - x, WIDEST_BOX * 1.5), height: BOX };
    y += BOX + GAP_Y;
    return place;
  };
  const person: GraphNode = { type: "person", key: identity.profile, ...next(0) };
  nodes.push(person);
  for (const { merge, leaves } of all) {
    let parent: GraphNode = person;
    if (merge) {
      parent = { type: "profile", merge, key: merge.from, ...next(1) };
      nodes.push(parent);
      edges.push(elbow(person, parent, false));
    }
    for (const leaf of leaves) {
      const node: GraphNode = { type: "leaf", leaf, key: leaf.key, ...next(merge ? 2 : 1) };
      nodes.push(node);
      edges.push(elbow(parent, node, leaf.disputed));
    }
  }
  return { width: room, height: y - GAP_Y + MARGIN, nodes, edges };
}

export function layout(identity: Identity, room: number): Graph {
  const all = twigs(identity);
  return room >= WIDE ? twoSided(identity, all, room) : tree(identity, all, room);
}
