import { describe, expect, it } from "vitest";
import type { EventMatch, SequenceCondition } from "@/api/types";
import {
  addStep,
  emptySequence,
  emptyWithout,
  isSequenceComplete,
  isTooShort,
  MOST_STEPS,
  moveStep,
  removeStep,
  setStep,
} from "./sequence";

const step = (name: string): EventMatch => ({ name, where: [], channel: null });
const of = (...names: string[]): SequenceCondition => ({ ...emptySequence(), steps: names.map(step) });
const names = ({ steps }: SequenceCondition) => steps.map((one) => one.name);

describe("the steps of a sequence", () => {
  it("are added up to as many as may be, and removed down to one", () => {
    let many = of("a");
    for (let more = 0; more < MOST_STEPS + 2; more += 1) many = addStep(many);
    expect(many.steps).toHaveLength(MOST_STEPS);
    expect(names(removeStep(of("a", "b"), 0))).toEqual(["b"]);
    expect(names(removeStep(of("a"), 0))).toEqual(["a"]);
  });

  it("move and stop at the ends, without touching the original", () => {
    const three = of("a", "b", "c");
    expect(names(moveStep(three, 2, -1))).toEqual(["a", "c", "b"]);
    expect(names(moveStep(three, 0, 1))).toEqual(["b", "a", "c"]);
    expect(moveStep(three, 0, -1)).toBe(three);
    expect(moveStep(three, 2, 1)).toBe(three);
    expect(names(three)).toEqual(["a", "b", "c"]);
  });

  it("change one by one", () => {
    expect(names(setStep(of("a", "b"), 1, step("c")))).toEqual(["a", "c"]);
  });
});

describe("a sequence", () => {
  it("begins unfinished", () => {
    expect(isSequenceComplete(emptySequence())).toBe(false);
    expect(isSequenceComplete(of("a", ""))).toBe(false);
    expect(isSequenceComplete(of("a", "b"))).toBe(true);
  });

  it("has one step only if something did not follow it", () => {
    const one = of("a");
    expect(isTooShort(one)).toBe(true);
    expect(isSequenceComplete(one)).toBe(false);
    expect(isSequenceComplete({ ...one, without: { ...emptyWithout(), name: "b" } })).toBe(true);
  });

  it("is not finished while a part of it is not", () => {
    const two = of("a", "b");
    expect(isSequenceComplete({ ...two, within: null, window: null })).toBe(true);
    expect(isSequenceComplete({ ...two, within: { amount: 0, unit: "day" } })).toBe(false);
    expect(isSequenceComplete({ ...two, window: { since: "" } })).toBe(false);
    expect(isSequenceComplete({ ...two, without: emptyWithout() })).toBe(false);
    const without = { ...emptyWithout(), name: "c", within: { amount: 0, unit: "day" as const } };
    expect(isSequenceComplete({ ...two, without })).toBe(false);
    const filtered = setStep(two, 0, { ...step("a"), where: [{ property: "", op: "equals" }] });
    expect(isSequenceComplete(filtered)).toBe(false);
  });
});
