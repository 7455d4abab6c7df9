/** Several things one after the other, as they are edited. Pure. */
import type { EventMatch, SequenceCondition } from "@/api/types";
import { isMatchComplete, isSpanComplete, isWindowComplete } from "@/lib/event-condition";

/** As many as the contract takes. */
export const MOST_STEPS = 10;

export type Without = NonNullable<SequenceCondition["without"]>;

function emptyStep(): EventMatch {
  return { name: "", where: [], channel: null };
}

export function emptyWithout(): Without {
  return { ...emptyStep(), within: { amount: 14, unit: "day" } };
}

export function emptySequence(): SequenceCondition {
  return {
    op: "performed",
    steps: [emptyStep(), emptyStep()],
    within: { amount: 7, unit: "day" },
    order: "loose",
    window: { last: { amount: 60, unit: "day" } },
    without: null,
  };
}

export function addStep(sequence: SequenceCondition): SequenceCondition {
  if (sequence.steps.length >= MOST_STEPS) return sequence;
  return { ...sequence, steps: [...sequence.steps, emptyStep()] };
}

export function setStep(sequence: SequenceCondition, at: number, step: EventMatch): SequenceCondition {
  return { ...sequence, steps: sequence.steps.map((one, index) => (index === at ? step : one)) };
}

export function removeStep(sequence: SequenceCondition, at: number): SequenceCondition {
  if (sequence.steps.length <= 1) return sequence;
  return { ...sequence, steps: sequence.steps.filter((_, index) => index !== at) };
}

/** One place earlier (-1) or later (+1). */
export function moveStep(sequence: SequenceCondition, at: number, by: -1 | 1): SequenceCondition {
  const steps = [...sequence.steps];
  const to = at + by;
  if (to < 0 || to >= steps.length) return sequence;
  const [moved] = steps.splice(at, 1);
  if (moved) steps.splice(to, 0, moved);
  return { ...sequence, steps };
}

/** One thing alone is no sequence, unless something did not follow it. */
export function isTooShort({ steps, without }: SequenceCondition): boolean {
  return steps.length < 2 && !without;
}

export function isSequenceComplete(sequence: SequenceCondition): boolean {
  const { steps, within, window, without } = sequence;
  if (isTooShort(sequence) || steps.length > MOST_STEPS || !steps.every(isMatchComplete)) return false;
  if (without && !(isMatchComplete(without) && isSpanComplete(without.within))) return false;
  return (!within || isSpanComplete(within)) && isWindowComplete(window);
}
