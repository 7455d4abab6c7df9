/**
 * The condition as it is edited: a tree of groups and rules with identities, and back to the condition of the contract.
 * Half-written rules stay on screen and are left out of what is counted. Pure.
 */
import type { Condition, EventCondition, TraitCondition } from "@/api/types";
import { isMatchComplete, isWindowComplete } from "@/lib/event-condition";
import { isValueComplete } from "@/lib/operators";
import { isHowOftenComplete } from "./how-often";
import { isSampleComplete } from "./sample";
import { emptySequence, isSequenceComplete } from "./sequence";

export type Leaf = Exclude<Condition, { all: unknown } | { any: unknown } | { not: unknown }>;
type KeyOf<T> = T extends unknown ? keyof T : never;
export type LeafKind = KeyOf<Leaf>;
export type Rule = { id: string; type: "rule"; negated: boolean; leaf: Leaf };
export type Group = { id: string; type: "group"; negated: boolean; join: "all" | "any"; children: Node[] };
export type Node = Rule | Group;

let counter = 0;

export function freshId(): string {
  counter += 1;
  return `n${counter}`;
}

export function newGroup(join: "all" | "any" = "all", children: Node[] = []): Group {
  return { id: freshId(), type: "group", negated: false, join, children };
}

const EMPTY: Record<LeafKind, () => Leaf> = {
  trait: () => ({ trait: { name: "", op: "equals" } }),
  event: () => ({
    event: {
      name: "",
      op: "performed",
      count: { op: "at_least", value: 1 },
      window: { last: { amount: 60, unit: "day" } },
      where: [],
      channel: null,
    },
  }),
  sequence: () => ({ sequence: emptySequence() }),
  consent: () => ({ consent: { channel: "email", state: "subscribed" } }),
  reachable: () => ({ reachable: { channel: "email" } }),
  segment: () => ({ segment: { id: "", op: "in" } }),
  sample: () => ({ sample: { from: 0, to: 10, seed: "" } }),
};

export function newRule(kind: LeafKind): Rule {
  return { id: freshId(), type: "rule", negated: false, leaf: EMPTY[kind]() };
}

// From and to the contract

function readNode(condition: Condition): Node {
  if ("all" in condition) return newGroup("all", condition.all.map(readNode));
  if ("any" in condition) return newGroup("any", condition.any.map(readNode));
  if ("not" in condition) {
    const inner = readNode(condition.not);
    return inner.negated ? { ...newGroup("all", [inner]), negated: true } : { ...inner, negated: true };
  }
  return { id: freshId(), type: "rule", negated: false, leaf: condition };
}

/** Any condition as a tree whose root is a plain group. */
export function fromCondition(condition: Condition): Group {
  const node = readNode(condition);
  return node.type === "group" && !node.negated ? node : newGroup("all", [node]);
}

function isEventComplete(event: EventCondition): boolean {
  return isMatchComplete(event) && isHowOftenComplete(event) && isWindowComplete(event.window);
}

function isTraitComplete(trait: TraitCondition): boolean {
  return trait.name !== "" && isValueComplete(trait.op, trait.value);
}

export function isComplete(leaf: Leaf): boolean {
  if ("trait" in leaf) return isTraitComplete(leaf.trait);
  if ("event" in leaf) return isEventComplete(leaf.event);
  if ("segment" in leaf) return leaf.segment.id !== "";
  if ("sequence" in leaf) return isSequenceComplete(leaf.sequence);
  if ("sample" in leaf) return isSampleComplete(leaf.sample);
  return true;
}

/** The event or attribute that the end of a pointer leads to. */
export function namedAt(leaf: Leaf, pointer: string): string {
  if ("trait" in leaf) return leaf.trait.name;
  if ("event" in leaf) return leaf.event.name;
  if (!("sequence" in leaf)) return "";
  const step = /\/steps\/(\d+)\/name$/.exec(pointer)?.[1];
  return (step ? leaf.sequence.steps[Number(step)] : leaf.sequence.without)?.name ?? "";
}

export type Compiled = {
  condition: Condition;
  /** Which node a pointer of the server's answer belongs to. */
  nodes: Map<string, string>;
  /** Rules left out because they are not finished. */
  unfinished: number;
};

/** The condition of the finished rules; groups that become empty are left out too. */
export function compile(root: Group): Compiled {
  const nodes = new Map<string, string>();
  let unfinished = 0;

  function write(node: Node, pointer: string): Condition | null {
    const at = node.negated ? `${pointer}/not` : pointer;
    const inner = node.type === "rule" ? writeLeaf(node) : writeGroup(node, at);
    if (inner === null) return null;
    nodes.set(pointer, node.id);
    return node.negated ? { not: inner } : inner;
  }

  function writeLeaf(rule: Rule): Condition | null {
    if (isComplete(rule.leaf)) return rule.leaf;
    unfinished += 1;
    return null;
  }

  function writeGroup(group: Group, pointer: string): Condition | null {
    const children: Condition[] = [];
    for (const child of group.children) {
      const written = write(child, `${pointer}/${group.join}/${children.length}`);
      if (written) children.push(written);
    }
    if (children.length === 0 && group !== root) return null;
    return group.join === "all" || children.length === 0 ? { all: children } : { any: children };
  }

  const condition = write(root, "") ?? { all: [] };
  return { condition, nodes, unfinished };
}

// Edits: each answers a new tree

function mapNode(node: Node, id: string, edit: (node: Node) => Node[]): Node[] {
  if (node.id === id) return edit(node);
  if (node.type === "rule") return [node];
  const children = node.children.flatMap((child) => mapNode(child, id, edit));
  const same = children.length === node.children.length && children.every((child, i) => child === node.children[i]);
  return [same ? node : { ...node, children }];
}

function edited(root: Group, id: string, edit: (node: Node) => Node[]): Group {
  const [next] = mapNode(root, id, edit);
  return next?.type === "group" ? next : newGroup();
}

export function replaceNode(root: Group, next: Node): Group {
  return edited(root, next.id, () => [next]);
}

export function removeNode(root: Group, id: string): Group {
  return id === root.id ? root : edited(root, id, () => []);
}

export function addTo(root: Group, groupId: string, node: Node): Group {
  return edited(root, groupId, (group) =>
    group.type === "group" ? [{ ...group, children: [...group.children, node] }] : [group],
  );
}

function withFreshIds(node: Node): Node {
  if (node.type === "rule") return { ...node, id: freshId(), leaf: structuredClone(node.leaf) };
  return { ...node, id: freshId(), children: node.children.map(withFreshIds) };
}

export function duplicateNode(root: Group, id: string): Group {
  return id === root.id ? root : edited(root, id, (node) => [node, withFreshIds(node)]);
}

/** One place up (-1) or down (+1) among its siblings. */
export function moveNode(root: Group, id: string, by: -1 | 1): Group {
  const visit = (group: Group): Group => {
    const at = group.children.findIndex((child) => child.id === id);
    const to = at + by;
    if (at >= 0) {
      if (to < 0 || to >= group.children.length) return group;
      const children = [...group.children];
      const [moved] = children.splice(at, 1);
      if (moved) children.splice(to, 0, moved);
      return { ...group, children };
    }
    return { ...group, children: group.children.map((child) => (child.type === "group" ? visit(child) : child)) };
  };
  return visit(root);
}
