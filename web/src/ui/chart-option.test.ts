import { expect, test } from "vitest";
import { chartOption, isLine } from "./chart-option";

const LOOK = { text: "#000", line: "#ccc", background: "#fff", font: "x", palette: ["#00f"] };
const drawn = (values: number[]) => {
  const categories = values.map((_, day) => `day ${day}`);
  const { series } = chartOption({ categories, series: [{ name: "Price", values }] }, LOOK, "Price");
  return (series as { showSymbol: boolean }[])[0];
};

test("a value without a neighbour is marked, as no line passes through it", () => {
  expect(drawn([12])?.showSymbol).toBe(true);
  expect(drawn([12, Number.NaN, 14])?.showSymbol).toBe(true);
  expect(drawn([12, 13])?.showSymbol).toBe(false);
});

test("a line needs two values side by side", () => {
  expect(isLine([])).toBe(false);
  expect(isLine([Number.NaN, 3])).toBe(false);
  expect(isLine([Number.NaN, 3, 4])).toBe(true);
});
