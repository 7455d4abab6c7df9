/** The mapping while somebody works on it: its rules, which one is open, and the field that waits for a click. */
import { useState } from "react";
import type { Rule, Value } from "../connect/types";
import { eachOf, placeOf, type Segment } from "./jsonpath";
import { type Field, newRule, type Slot, withDetail, withValue } from "./model";

/** What a clicked place of a payload can be used for. */
export type Use = { as: "field"; field: Field } | { as: "detail" } | { as: "condition" } | { as: "each" };

export function useMapping(stored: Rule[]) {
  const [rules, setRules] = useState(stored);
  const [current, setCurrent] = useState(0);
  const [picking, setPicking] = useState<Slot | null>(null);
  const [dirty, setDirty] = useState(false);
  const change = (index: number, next: (rule: Rule) => Rule) => {
    setDirty(true);
    setRules((all) => all.map((rule, at) => (at === index ? next(rule) : rule)));
  };
  const open = (index: number) => {
    setPicking(null);
    setCurrent(index);
  };
  const add = (rule: Rule = newRule()) => {
    setDirty(true);
    setRules((all) => [...all, rule]);
    open(rules.length);
  };
  const put = (slot: Slot, value: Value | undefined) => change(current, (rule) => withValue(rule, slot, value));
  return {
    rules,
    current,
    picking,
    dirty,
    open,
    add,
    change,
    pick: (slot: Slot | null) => setPicking(slot),
    remove: (index: number) => {
      setDirty(true);
      setRules((all) => all.filter((_, at) => at !== index));
      open(Math.max(0, Math.min(current, rules.length - 2)));
    },
    /** Takes a clicked place for the field that waits for one. */
    take: (segments: Segment[]) => {
      if (!picking) return;
      const each = rules[current]?.each;
      const before = rules[current] && "list" in picking ? rules[current][picking.list]?.[picking.index]?.value : null;
      put(picking, { ...(before?.as ? { as: before.as } : {}), ...placeOf(segments, each) });
      setPicking(null);
    },
    use: (segments: Segment[], value: unknown, use: Use) => {
      change(current, (rule) => {
        switch (use.as) {
          case "field":
            return withValue(rule, { field: use.field }, placeOf(segments, rule.each));
          case "detail":
            return withDetail(rule, segments);
          case "condition":
            return { ...rule, when: { value: placeOf(segments, rule.each), equals: String(value ?? "") } };
          case "each":
            return { ...rule, each: eachOf(segments) };
        }
      });
    },
    saved: () => setDirty(false),
  };
}

export type Mapping = ReturnType<typeof useMapping>;
