import { expect, test } from "vitest";
import { limitsOf } from "./rfm";

test("fewer days score higher", () => {
  expect(limitsOf([7, 30, 90, 200], true)).toEqual([
    { score: 5, at: 7, beyond: false },
    { score: 4, at: 30, beyond: false },
    { score: 3, at: 90, beyond: false },
    { score: 2, at: 200, beyond: false },
    { score: 1, at: 200, beyond: true },
  ]);
});

test("more orders score higher, and a score that nobody can have is left out", () => {
  expect(limitsOf([1, 1, 1, 3], false)).toEqual([
    { score: 5, at: 3, beyond: true },
    { score: 4, at: 3, beyond: false },
    { score: 1, at: 1, beyond: false },
  ]);
});

test("no boundaries, no lines", () => {
  expect(limitsOf([], true)).toEqual([]);
});
