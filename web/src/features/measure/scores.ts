/** The form of the boundaries: money in major units there, in minor units for the server. Pure. */
import { moneyOf } from "@/lib/format";
import type { RfmRule, RfmSettings } from "./queries";

export const KINDS = ["recency_days", "frequency", "monetary"] as const;
export type Kind = (typeof KINDS)[number];
export type Draft = { window_days: number; by_hand: boolean } & Record<Kind, (number | string)[]>;

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
