import { describe, expect, it } from "vitest";
import {
  acceptBody,
  canMerge,
  chunks,
  namesOf,
  oneIn,
  pairsOf,
  progress,
  shownShare,
  strength,
  suggested,
  sureAbove,
  sureness,
  waterfall,
  withPerson,
} from "./model";
import { group, pair, person } from "./testing";
import type { Status } from "./types";

const two = group([person("prf_a", "Anna"), person("prf_b", "Ana")]);
const three = group([person("prf_a", "Anna"), person("prf_b", "Ana"), person("prf_c", "Hanna")]);

describe("how sure it is", () => {
  it("goes by the probability", () => {
    const words = [0.9999, 0.99, 0.9899, 0.95, 0.8, 0.79, 0.5].map(sureness);
    expect(words).toEqual([
      "almost_certain",
      "almost_certain",
      "very_likely",
      "very_likely",
      "likely",
      "possible",
      "possible",
    ]);
    expect(sureAbove(group([], { probability: 0.99 }), 0.99)).toBe(true);
    expect(sureAbove(group([], { probability: 0.9899 }), 0.99)).toBe(false);
  });

  it("is never rounded up", () => {
    expect(shownShare(0.99999)).toEqual({ share: 0.999, over: true });
    expect(shownShare(0.9989)).toEqual({ share: 0.998, over: false });
    expect(shownShare(0.29)).toEqual({ share: 0.29, over: false });
  });
});

describe("who stays", () => {
  it("is the first, with everybody, as long as nobody chooses", () => {
    expect(suggested(three)).toEqual({ survivor: "prf_a", people: ["prf_a", "prf_b", "prf_c"] });
    expect(acceptBody(three, suggested(three))).toEqual({ id: "dup_1", version: 1 });
  });

  it("is who was chosen", () => {
    expect(acceptBody(two, { ...suggested(two), survivor: "prf_b" })).toEqual({
      id: "dup_1",
      version: 1,
      survivor: "prf_b",
    });
  });

  it("is the first of the others when the one that stays is no part of it", () => {
    const choice = withPerson(three, suggested(three), "prf_a", false);
    expect(choice).toEqual({ survivor: "prf_b", people: ["prf_b", "prf_c"] });
    expect(acceptBody(three, choice)).toEqual({
      id: "dup_1",
      version: 1,
      survivor: "prf_b",
      people: ["prf_b", "prf_c"],
    });
    expect(canMerge(choice)).toBe(true);
    expect(canMerge(withPerson(three, choice, "prf_c", false))).toBe(false);
    expect(withPerson(three, choice, "prf_a", true).people).toEqual(["prf_a", "prf_b", "prf_c"]);
  });
});

describe("names", () => {
  it("are told apart by e-mail, or by number", () => {
    const same = (label: string) => label;
    const names = (...people: ReturnType<typeof person>[]) => [...namesOf(people, same).values()];
    expect(names(person("a", "Anna"), person("b", "Ana"))).toEqual(["Anna", "Ana"]);
    expect(names(person("a", "Anna", "a@x"), person("b", "Anna", "b@x"))).toEqual(["Anna (a@x)", "Anna (b@x)"]);
    expect(names(person("a", "Anna", "a@x"), person("b", "Anna", "a@x"))).toEqual(["Anna (1)", "Anna (2)"]);
    expect(names(person("a", "Anna", "a@x"), person("b", "Anna"))).toEqual(["Anna (a@x)", "Anna (2)"]);
  });
});

describe("the waterfall", () => {
  const { zero, start, steps, total } = waterfall(pair());

  it("goes on where the field before has ended, and ends at the total", () => {
    // -14, +16 is 2, +0 is 2, -4 is -2, +12 is 10: from -14 to 10 there are 24 bits.
    const near = (value: number, bits: number) => expect(value).toBeCloseTo((bits + 14) / 24);
    near(zero, 0);
    near(start.from, -14);
    near(start.to, 0);
    const ends = [
      [-14, 2],
      [2, 2],
      [-2, 2],
      [-2, 10],
    ];
    for (const [index, [from, to]] of ends.entries()) {
      near(steps[index]?.from ?? Number.NaN, from ?? 0);
      near(steps[index]?.to ?? Number.NaN, to ?? 0);
    }
    near(total.from, 0);
    near(total.to, 10);
  });

  it("has room also without evidence", () => {
    expect(waterfall(pair({ prior_bits: 0, evidence: [] }))).toEqual({
      zero: 0,
      start: { from: 0, to: 0 },
      steps: [],
      total: { from: 0, to: 0 },
    });
  });

  it("says how much a field counts, for or against", () => {
    expect([0, -0.4, 1, -1.9, 2, -4.9, 5, -12].map(strength)).toEqual([
      "none",
      "none",
      "little",
      "little",
      "clear",
      "clear",
      "strong",
      "strong",
    ]);
    expect(oneIn(-14.2)).toBe(19_000);
    expect(oneIn(-3)).toBe(9);
  });

  it("is drawn for the surest pair first", () => {
    const pairs = [pair({ probability: 0.9 }), pair({ probability: 0.99 })];
    expect(pairsOf(group([], { pairs })).map((one) => one.probability)).toEqual([0.99, 0.9]);
  });
});

describe("long work", () => {
  it("is sent in parts", () => {
    expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(chunks([], 2)).toEqual([]);
  });

  it("only goes forward", () => {
    const update = { running: false, people: 0, compared: 0 };
    const running: Status = { state: "running", people: 0, compared: 0, groups: 0, done: 0, of: 0, update };
    expect(progress(running)).toEqual({ step: 1, steps: 3, share: 0 });
    expect(progress({ ...running, step: "comparing", done: 5, of: 10 })).toEqual({ step: 2, steps: 3, share: 0.5 });
    expect(progress({ ...running, step: "writing", done: 20, of: 10 })).toEqual({ step: 3, steps: 3, share: 1 });
  });
});
