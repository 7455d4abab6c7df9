/** What the boundaries between five scores say. Pure. */

export type Limit = { score: number; at: number; beyond: boolean };

/**
 * One line per score, best first: up to a boundary, or beyond the last one. Where less is better (days), the smallest
 * values score 5. Scores that nobody can have, because two boundaries are equal, are left out.
 */
export function limitsOf(boundaries: number[], less: boolean): Limit[] {
  const lines = boundaries
    .map((at, index) => ({ score: less ? 5 - index : index + 1, at, beyond: false }))
    .filter(({ at }, index) => index === 0 || at !== boundaries[index - 1]);
  const last = boundaries.at(-1);
  if (last !== undefined) lines.push({ score: less ? 1 : 5, at: last, beyond: true });
  return less ? lines : lines.reverse();
}
