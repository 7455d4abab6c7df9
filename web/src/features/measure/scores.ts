/** The form of the boundaries: money in major units there, in minor units for the server. Pure. */
import { moneyOf } from "@/lib/format";
import type { RfmRule, RfmSettings } from "./queries";

export const KINDS = ["recency_days", "frequency", "monetary"] as const;
export type Kind = (typeof KINDS)[number];
export type Draft = { window_days: number | string; by_hand: boolean } & Record<Kind, (number | string)[]>;

const NOTHING = [0, 0, 0, 0];

/** What is chosen, else what was counted, to begin from. */
export function draftOf(rfm: RfmSettings): Draft {
  const boundaries = rfm.boundaries ?? rfm.counted?.boundaries;
  const unit = moneyOf(1, rfm.currency).minor;
  return {
    window_days: rfm.window_days,
    by_hand: Boolean(rfm.boundaries),
    recency_days: boundaries?.recency_days ?? NOTHING,
    frequency: boundaries?.frequency ?? NOTHING,
    monetary: (boundaries?.monetary_minor ?? NOTHING).map((minor) => minor / unit),
  };
}

export function ruleOf(draft: Draft, currency: string): RfmRule {
  const whole = (values: (number | string)[]) => values.map((value) => Math.round(Number(value)));
  return {
    window_days: Number(draft.window_days),
    boundaries: draft.by_hand
      ? {
          recency_days: whole(draft.recency_days),
          frequency: whole(draft.frequency),
          monetary_minor: draft.monetary.map((value) => moneyOf(Number(value), currency).minor),
        }
      : null,
  };
}

/** The limits of the server; of money what it takes in every currency, whatever its smallest unit. */
export const WINDOW_DAYS_MAX = 3660;
const MONEY_MAX = 1_000_000_000_000;
const RANGES: Record<Kind, [number, number]> = {
  recency_days: [0, 36_500],
  frequency: [0, 1_000_000],
  monetary: [-MONEY_MAX, MONEY_MAX],
};

export type Trouble = "missing" | "descending" | "out_of_range";

/** What has to be put right before it can be saved, by the row it is about. */
export function troublesOf(draft: Draft): Partial<Record<Kind | "window_days", Trouble>> {
  const found: Partial<Record<Kind | "window_days", Trouble>> = {};
  const window = troubleOf([draft.window_days], [1, WINDOW_DAYS_MAX]);
  if (window) found.window_days = window;
  for (const kind of draft.by_hand ? KINDS : []) {
    const trouble = troubleOf(draft[kind], RANGES[kind]);
    if (trouble) found[kind] = trouble;
  }
  return found;
}

function troubleOf(values: (number | string)[], [min, max]: [number, number]): Trouble | null {
  if (values.some((value) => value === "" || !Number.isFinite(Number(value)))) return "missing";
  const numbers = values.map(Number);
  if (numbers.some((value, at) => at > 0 && value < (numbers[at - 1] ?? value))) return "descending";
  return numbers.some((value) => value < min || value > max) ? "out_of_range" : null;
}

/** How many customers' numbers are so alike that the scores say less than they seem to. */
export type Alike = { once: boolean; kinds: Kind[] };

/**
 * Boundaries that were counted are the fifths: three of five customers are at or below the third. Equal ones leave the
 * scores between them empty.
 */
export function alikeOf({ boundaries, counted }: Pick<RfmSettings, "boundaries" | "counted">): Alike {
  if (boundaries || !counted) return { once: false, kinds: [] };
  const { recency_days, frequency, monetary_minor } = counted.boundaries;
  const rows: Record<Kind, number[]> = { recency_days, frequency, monetary: monetary_minor };
  const once = frequency[2] === 1;
  const kinds = KINDS.filter((kind) => rows[kind].some((value, at) => at > 0 && value === rows[kind][at - 1]));
  return { once, kinds: once ? kinds.filter((kind) => kind !== "frequency") : kinds };
}
