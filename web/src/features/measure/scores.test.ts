import { expect, test } from "vitest";
import type { RfmSettings } from "./queries";
import { draftOf, ruleOf } from "./scores";

const BOUNDARIES = {
  recency_days: [7, 30, 90, 200],
  frequency: [1, 2, 3, 5],
  monetary_minor: [1_000, 2_050, 3_000, 9_999],
};
const AUTOMATIC: RfmSettings = { window_days: 365, boundaries: null, currency: "EUR", counted: null, due: false };

test("what is chosen comes back as it was, money in major units between", () => {
  const draft = draftOf({ ...AUTOMATIC, boundaries: BOUNDARIES });
  expect(draft.monetary).toEqual([10, 20.5, 30, 99.99]);
  expect(ruleOf(draft, "EUR")).toEqual({ window_days: 365, boundaries: BOUNDARIES });
});

test("automatic boundaries are not sent, and what was counted is where a choice begins", () => {
  const counted = {
    at: "2026-11-22T10:00:00Z",
    window_days: 365,
    boundaries: BOUNDARIES,
    customers: 5,
    customers_within_window: 5,
    segments: [],
    distribution: [],
  };
  const draft = draftOf({ ...AUTOMATIC, counted });
  expect(draft.recency_days).toEqual([7, 30, 90, 200]);
  expect(ruleOf(draft, "EUR")).toEqual({ window_days: 365, boundaries: null });
  expect(draftOf(AUTOMATIC).frequency).toEqual([0, 0, 0, 0]);
});
