/** How sure, who stays, what is sent, and the bars that add up. Pure. */
import type { ProfileSummary } from "@/api/types";
import type { Accept, Evidence, Group, Pair, Status, Step } from "./types";

export type Sureness = "almost_certain" | "very_likely" | "likely" | "possible";

export function sureness(probability: number): Sureness {
  if (probability >= 0.99) return "almost_certain";
  if (probability >= 0.95) return "very_likely";
  return probability >= 0.8 ? "likely" : "possible";
}

export const sureAbove = (group: Group, share: number) => group.probability >= share;

const FINEST = 1000;
export const SUREST = (FINEST - 1) / FINEST;

/** Never rounded up, so that nothing is called 100 % sure. */
export function shownShare(probability: number): { share: number; over: boolean } {
  if (probability > SUREST) return { share: SUREST, over: true };
  // A little more before rounding down: 0.29 * 1000 is 289.999….
  return { share: Math.floor(probability * FINEST + 1e-6) / FINEST, over: false };
}

/** Of a group with these people: with others it is another decision. */
export const keyOf = (group: Group) => `${group.id}/${group.version}`;

/** Who of a group is one person, and which of them stays. */
export type Choice = { survivor: string; people: string[] };

export function suggested(group: Group): Choice {
  const people = group.people.map((person) => person.id);
  return { survivor: people[0] ?? "", people };
}

/** Puts a person in or out; when the one that stays goes out, the first of the others stays. */
export function withPerson(group: Group, choice: Choice, id: string, isIn: boolean): Choice {
  const people = group.people
    .map((person) => person.id)
    .filter((one) => (one === id ? isIn : choice.people.includes(one)));
  return { survivor: people.includes(choice.survivor) ? choice.survivor : (people[0] ?? ""), people };
}

export const canMerge = (choice: Choice) => choice.people.length > 1;

/** What is asked of the server: what is as suggested is left to it. */
export function acceptBody(group: Group, choice: Choice): Accept {
  const all = suggested(group);
  const body: Accept = { id: group.id, version: group.version };
  if (choice.survivor !== all.survivor) body.survivor = choice.survivor;
  if (choice.people.length !== all.people.length) {
    body.survivor = choice.survivor;
    body.people = choice.people;
  }
  return body;
}

export function chunks<T>(items: T[], size: number): T[][] {
  const parts = Math.ceil(items.length / size);
  return Array.from({ length: parts }, (_, part) => items.slice(part * size, (part + 1) * size));
}

/** A name for each of a group, different from the others: who is called the same is told by e-mail or by number. */
export function namesOf(people: ProfileSummary[], label: (label: string) => string): Map<string, string> {
  const names = new Map<string, string>();
  for (const person of people) {
    const name = label(person.label);
    const namesakes = people.filter((other) => label(other.label) === name);
    const emails = new Set(namesakes.map((other) => other.email ?? ""));
    const byEmail = person.email && person.email !== name && emails.size === namesakes.length;
    const mark = byEmail ? person.email : namesakes.indexOf(person) + 1;
    names.set(person.id, namesakes.length > 1 ? `${name} (${mark})` : name);
  }
  return names;
}

/** One bar of the drawing: from and to in 0..1 of its width, and where nothing speaks for or against. */
export type Bar = { from: number; to: number };
export type Waterfall = { zero: number; start: Bar; steps: (Bar & { evidence: Evidence })[]; total: Bar };

/** Each field goes on where the one before has ended; the total stands from zero to the end. */
export function waterfall(pair: Pair): Waterfall {
  const sums = [pair.prior_bits];
  for (const { bits } of pair.evidence) sums.push((sums.at(-1) ?? 0) + bits);
  const end = sums.at(-1) ?? 0;
  const low = Math.min(0, ...sums);
  const width = Math.max(0, ...sums) - low || 1;
  const at = (bits: number) => (bits - low) / width;
  const bar = (a: number, b: number): Bar => ({ from: at(Math.min(a, b)), to: at(Math.max(a, b)) });
  return {
    zero: at(0),
    start: bar(0, pair.prior_bits),
    steps: pair.evidence.map((evidence, index) => ({ ...bar(sums[index] ?? 0, sums[index + 1] ?? 0), evidence })),
    total: bar(0, end),
  };
}

export type Strength = "none" | "little" | "clear" | "strong";

export function strength(bits: number): Strength {
  const size = Math.abs(bits);
  if (size < 0.5) return "none";
  if (size < 2) return "little";
  return size < 5 ? "clear" : "strong";
}

/** "One in 19,000": of how many pairs one is the same person, in two digits that count. */
export function oneIn(bits: number): number {
  const pairs = 1 + 2 ** -bits;
  return pairs < 100 ? Math.round(pairs) : Number(pairs.toPrecision(2));
}

/** The surest pairs first. */
export const pairsOf = (group: Group) => [...group.pairs].sort((a, b) => b.probability - a.probability);

const STEPS: Step[] = ["reading", "comparing", "writing"];

/** Which step of how many, and how far in all; a step without a number of its own counts as just begun. */
export function progress({ step, done, of }: Status): { step: number; steps: number; share: number } {
  const at = Math.max(step ? STEPS.indexOf(step) : 0, 0);
  const within = of > 0 ? Math.min(done / of, 1) : 0;
  return { step: at + 1, steps: STEPS.length, share: (at + within) / STEPS.length };
}
