/** Which identifiers belong together, what leaves with a split, and what stands in the way. Pure. */
import type { Conflict, HomedIdentifier, IdentifierKey, Identity, Merge, SplitBody, TraitChoice } from "./types";

export const keyOf = ({ kind, value }: IdentifierKey) => `${kind}:${value}`;

/** The profile that was merged and all that had been merged into it before. */
export function cameWith(merges: Merge[], from: string): ReadonlySet<string> {
  const all = new Set([from]);
  // A set that grows while it is walked through is walked through to its new end.
  for (const one of all) for (const merge of merges) if (merge.into === one) all.add(merge.from);
  return all;
}

/** What is chosen when a merge is undone: the identifiers that came with it. */
export function preselected({ identifiers, merges }: Identity, from: string): string[] {
  const homes = cameWith(merges, from);
  return identifiers.filter(({ home }) => homes.has(home)).map(keyOf);
}

export type Branch = { merge: Merge | null; identifiers: HomedIdentifier[] };

/** The identifiers by where they were first known: the person's own, then one branch for each merge, oldest first. */
export function branches({ identifiers, merges }: Identity): Branch[] {
  const sorted = [...merges].sort((a, b) => a.at.localeCompare(b.at));
  const known = new Set(merges.map((merge) => merge.from));
  return [
    { merge: null, identifiers: identifiers.filter(({ home }) => !known.has(home)) },
    ...sorted.map((merge) => ({ merge, identifiers: identifiers.filter(({ home }) => home === merge.from) })),
  ];
}

export type SplitObstacle = "nothing" | "everything";

/** Why a split with these would be refused; null when it would not. */
export function splitObstacle({ identifiers, merges }: Identity, chosen: readonly string[]): SplitObstacle | null {
  const leaving = identifiers.filter((one) => chosen.includes(keyOf(one))).length;
  if (leaving === 0) return "nothing";
  return leaving === identifiers.length && merges.length === 0 ? "everything" : null;
}

export function splitBody({ identifiers }: Identity, chosen: readonly string[], revive?: string): SplitBody {
  const leaving = identifiers.filter((one) => chosen.includes(keyOf(one)));
  return { identifiers: leaving.map(({ kind, value }) => ({ kind, value })), ...(revive ? { revive } : {}) };
}

export type OtherPerson = { id: string; label: string };

/** The other person of a dispute, and whether the claim came from this one; null when there is no other. */
export function sides(conflict: Conflict, { profile, merges }: Identity): { ours: boolean; other: OtherPerson | null } {
  const us = new Set([profile, ...merges.map((merge) => merge.from)]);
  const ours = us.has(conflict.profile);
  if (!ours) return { ours, other: { id: conflict.profile, label: conflict.profile_label } };
  const { owner } = conflict;
  return { ours, other: owner && !us.has(owner) ? { id: owner, label: conflict.owner_label ?? owner } : null };
}

export type MergeReason = { how: "by_hand" | "identify" | "alias" | "event"; kind: string } | null;

/** The server's "identify declared user_id" in its parts; null for what it does not say today. */
export function mergeReason(reason: string): MergeReason {
  if (reason === "merged by hand") return { how: "by_hand", kind: "" };
  const [, event, kind] = /^(\w+) declared (\w+)$/.exec(reason) ?? [];
  if (!event || !kind) return null;
  return { how: event === "identify" || event === "alias" ? event : "event", kind };
}

export type Warning = { about: "kept_apart" } | { about: "many"; kind: string } | { about: "other"; code: string };

export function warningOf(code: string): Warning {
  if (code === "kept_apart") return { about: "kept_apart" };
  const [, many, several] = /^(?:many_(.+)|(?:two|different)_(.+?)s?)$/.exec(code) ?? [];
  const kind = many ?? several;
  return kind ? { about: "many", kind } : { about: "other", code };
}

/** Two names of one warning are one warning. */
export function warningsOf(codes: string[]): Warning[] {
  return [...new Map(codes.map(warningOf).map((warning) => [JSON.stringify(warning), warning])).values()];
}

export type WhyKept = "only" | "same" | "earliest" | "latest";

/** Why this value of an attribute is the one that stays. */
export function whyKept({ name, kept_from, survivor, merged }: TraitChoice): WhyKept {
  if (!survivor || !merged) return "only";
  if (JSON.stringify(survivor.value) === JSON.stringify(merged.value)) return "same";
  const [kept, other] = kept_from === "survivor" ? [survivor, merged] : [merged, survivor];
  const between = Date.parse(kept.at ?? "") - Date.parse(other.at ?? "");
  if (between) return between < 0 ? "earliest" : "latest";
  return name.startsWith("first_utm_") ? "earliest" : "latest";
}

export type IdentityDialog =
  | { kind: "merge"; other: string | null }
  | { kind: "split" }
  | { kind: "undo"; from: string };

/** The dialog that an address opens ("undo:pro_1"), so that a message elsewhere can open it too. */
export function parseDialog(text: string): IdentityDialog | null {
  const [kind, id] = text.split(":", 2);
  if (kind === "merge") return { kind, other: id || null };
  if (kind === "split") return { kind };
  return kind === "undo" && id ? { kind, from: id } : null;
}

export function dialogText(dialog: IdentityDialog | null): string {
  if (dialog?.kind === "merge") return dialog.other ? `merge:${dialog.other}` : "merge";
  return dialog?.kind === "undo" ? `undo:${dialog.from}` : (dialog?.kind ?? "");
}
