/** A random share of everybody, as it is edited: how large, and where it begins. In percent. Pure. */
import type { SampleCondition } from "@/api/types";

const WHOLE = 100;
/** Two decimals: the contract takes no finer share. */
const PARTS = 100;

function rounded(percent: number): number {
  return Math.round(percent * PARTS) / PARTS;
}

/** How large it is; undefined while nothing is written. */
export function shareOf({ from, to }: SampleCondition): number | undefined {
  return typeof to === "number" ? rounded(to - (from ?? 0)) : undefined;
}

/** Another size from the same place. */
export function withShare(sample: SampleCondition, share: number | undefined): SampleCondition {
  return { ...sample, to: share === undefined ? undefined : rounded((sample.from ?? 0) + share) };
}

/** The same size from another place. */
export function withBegin(sample: SampleCondition, from: number): SampleCondition {
  return withShare({ ...sample, from }, shareOf(sample));
}

/** Whether it ends after everybody. */
export function isBeyond({ to }: SampleCondition): boolean {
  return typeof to === "number" && to > WHOLE;
}

export function isSampleComplete(sample: SampleCondition): boolean {
  const { from, to } = { from: sample.from ?? 0, to: sample.to };
  if (typeof to !== "number" || rounded(from) !== from || rounded(to) !== to) return false;
  return 0 <= from && from < to && to <= WHOLE;
}
