import { expect, test } from "vitest";
import type { RfmSettings } from "./queries";
import { alikeOf, draftOf, ruleOf, troublesOf } from "./scores";

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

test("boundaries that cannot be are found before they are sent, in the row they stand in", () => {
  const draft = draftOf({ ...AUTOMATIC, boundaries: BOUNDARIES });
  expect(troublesOf(draft)).toEqual({});
  expect(troublesOf({ ...draft, frequency: [9, 1, 1, 1] })).toEqual({ frequency: "descending" });
  expect(troublesOf({ ...draft, monetary: [-5, 0, 0, ""] })).toEqual({ monetary: "missing" });
  expect(troublesOf({ ...draft, monetary: [-5, 0, 0, 7.5] })).toEqual({});
  expect(troublesOf({ ...draft, recency_days: [-1, 0, 0, 0] })).toEqual({ recency_days: "out_of_range" });
  expect(troublesOf({ ...draft, recency_days: [1, 2, 3, 40_000] })).toEqual({ recency_days: "out_of_range" });
  // Rows that are not used are not looked at.
  expect(troublesOf({ ...draft, by_hand: false, frequency: [9, 1, 1, 1] })).toEqual({});
  expect(troublesOf({ ...draft, window_days: "" })).toEqual({ window_days: "missing" });
  expect(troublesOf({ ...draft, window_days: 4000 })).toEqual({ window_days: "out_of_range" });
});

test("scores that most customers share are said to tell little", () => {
  const counted = (frequency: number[]) => ({
    at: "2026-11-22T10:00:00Z",
    window_days: 365,
    boundaries: { ...BOUNDARIES, frequency },
    customers: 66,
    customers_within_window: 66,
    segments: [],
    distribution: [],
  });
  expect(alikeOf({ ...AUTOMATIC, counted: counted([1, 1, 1, 1]) })).toEqual({ once: true, kinds: [] });
  expect(alikeOf({ ...AUTOMATIC, counted: counted([1, 2, 2, 4]) })).toEqual({ once: false, kinds: ["frequency"] });
  expect(alikeOf({ ...AUTOMATIC, counted: counted([1, 2, 3, 4]) })).toEqual({ once: false, kinds: [] });
  // Who chose the boundaries knows what they are.
  const chosen = { ...AUTOMATIC, boundaries: BOUNDARIES, counted: counted([1, 1, 1, 1]) };
  expect(alikeOf(chosen)).toEqual({ once: false, kinds: [] });
});
