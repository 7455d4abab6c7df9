/** Where the caret stands in a formula, what could be meant there, and where the server found a mistake. Pure. */

export const FUNCTIONS = ["min", "max", "round", "floor", "ceil", "abs", "coalesce", "days_between"] as const;

const PLAIN_NAME = /^[a-z_][a-z0-9_]*$/;

/** A name as a formula writes it: with other letters than a-z, 0-9 and _ in brackets. */
export function written(name: string): string {
  return PLAIN_NAME.test(name) ? name : `[${name}]`;
}

export type Word = { from: number; to: number; text: string };

/** The word that is being typed: what stands before the caret and belongs together. */
export function wordAt(formula: string, caret: number): Word {
  const before = formula.slice(0, caret);
  const open = before.lastIndexOf("[");
  if (open > before.lastIndexOf("]")) return { from: open, to: caret, text: before.slice(open + 1) };
  const text = /[\p{L}_][\p{L}\p{N}_.]*$/u.exec(before)?.[0] ?? "";
  return { from: caret - text.length, to: caret, text };
}

/** Names that go on from the word, those that begin with it first; without a word the first ones there are. */
export function suggestions(names: string[], word: string, most: number): string[] {
  const needle = word.toLowerCase();
  const hits = names.filter((name) => name.toLowerCase().includes(needle) && name !== word);
  const begins = (name: string) => (name.toLowerCase().startsWith(needle) ? 0 : 1);
  return hits.sort((a, b) => begins(a) - begins(b)).slice(0, most);
}

export type Inserted = { formula: string; caret: number };

/** Puts `text` in place of the word at the caret. */
export function insertAt(formula: string, caret: number, text: string): Inserted {
  const word = wordAt(formula, caret);
  const closes = formula[word.to] === "]" && formula[word.from] === "[" ? 1 : 0;
  const before = formula.slice(0, word.from);
  const joined = /[\p{L}\p{N}_)\]]$/u.test(before) ? `${before} ` : before;
  const next = joined + text;
  return { formula: next + formula.slice(word.to + closes), caret: next.length };
}

/** The traits a formula names. */
export function namesIn(formula: string): string[] {
  const found = formula.matchAll(/\[([^\]]+)\]|([\p{L}_][\p{L}\p{N}_.]*)(?!\s*\()(?![\p{L}\p{N}_.])/gu);
  return [...new Set([...found].map(([, bracketed, plain]) => (bracketed ?? plain ?? "").trim()).filter(Boolean))];
}

/** "position 12: …" as 12, counted from 1; null when the answer names no place. */
export function placeOf(detail: string): number | null {
  const digits = /\bposition (\d+)/.exec(detail)?.[1];
  return digits ? Number(digits) : null;
}

/** The formula in three: before the mistake, the character it stands at, and after it. */
export function around(formula: string, place: number): { before: string; at: string; after: string } {
  const letters = [...formula];
  const at = Math.min(Math.max(place - 1, 0), letters.length);
  return { before: letters.slice(0, at).join(""), at: letters[at] ?? "", after: letters.slice(at + 1).join("") };
}
