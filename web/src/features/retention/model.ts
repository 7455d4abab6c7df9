/** A rule as it is edited, which rule is narrower, and whether a dry run is good enough to switch it on. Pure. */
import type { EventName } from "@/api/types";
import type { Action, Keep, Kind, Rule, RuleRequest, Run, Target, Unit, What } from "./types";

export type Draft = {
  what: What;
  /** Of the event. */
  event: string;
  kind: Kind;
  forever: boolean;
  amount: number | "";
  unit: Unit;
  action: Action;
};

/** The longest time that can be asked for, as in the server. */
export const LONGEST: Record<Unit, number> = { day: 36_500, month: 1200 };

export const EMPTY: Draft = {
  what: "event",
  event: "",
  kind: "page",
  forever: false,
  amount: 13,
  unit: "month",
  action: "delete",
};

export function draftOf({ target, keep, action }: Pick<Rule, "target" | "keep" | "action">): Draft {
  const name = target.name ?? "";
  return {
    what: target.what,
    event: target.what === "event" ? name : "",
    kind: target.what === "kind" ? (name as Kind) : EMPTY.kind,
    forever: !keep,
    amount: keep?.amount ?? EMPTY.amount,
    unit: keep?.unit ?? EMPTY.unit,
    action,
  };
}

export function targetOf({ what, event, kind }: Draft): Target {
  if (what === "event") return { what, name: event.trim() };
  return what === "kind" ? { what, name: kind } : { what, name: null };
}

export function keepOf({ forever, amount, unit }: Draft): Keep | null {
  return forever || amount === "" ? null : { amount, unit };
}

export const requestOf = (draft: Draft): RuleRequest => ({
  target: targetOf(draft),
  keep: keepOf(draft),
  action: draft.action,
});

export const sameTarget = (one: Target, other: Target) =>
  one.what === other.what && (one.name ?? null) === (other.name ?? null);

export function sameRule(one: RuleRequest, other: RuleRequest): boolean {
  return (
    sameTarget(one.target, other.target) &&
    one.action === other.action &&
    (one.keep?.amount ?? null) === (other.keep?.amount ?? null) &&
    (one.keep?.unit ?? null) === (other.keep?.unit ?? null)
  );
}

export type Obstacle = "name" | "amount" | "taken";

/** What is missing before it can be saved; `others` are the rules besides this one. */
export function obstacle(draft: Draft, others: readonly Rule[]): Obstacle | null {
  const target = targetOf(draft);
  if (draft.what === "event" && !target.name) return "name";
  if (others.some((one) => sameTarget(one.target, target))) return "taken";
  if (draft.forever) return null;
  const { amount, unit } = draft;
  return amount === "" || amount < 1 || amount > LONGEST[unit] || !Number.isInteger(amount) ? "amount" : null;
}

/** The proof of what people allowed, and of merges and erasures: kept whatever a rule says, as in the server. */
export const PROTECTED: readonly string[] = [
  "Unsubscribed",
  "Consent Changed",
  "Email Marked as Spam",
  "Profile Erased",
  "Profile Merged",
  "Profile Split",
];

/** Events that a rule can be about, the most frequent first. */
export function choosable(names: EventName[]): EventName[] {
  return names.filter(({ name }) => !PROTECTED.includes(name)).sort((a, b) => b.count - a.count);
}

const WIDTH: Record<What, number> = { event: 0, kind: 1, everything_else: 2 };
export const isNarrower = (one: Target, other: Target) => WIDTH[one.what] < WIDTH[other.what];

/** The rules that are switched off with this one, because it may have kept events from them. */
export function widerOn(rule: Rule, rules: readonly Rule[]): Rule[] {
  return rule.enabled ? rules.filter((other) => other.enabled && isNarrower(rule.target, other.target)) : [];
}

const FRESH_MS = 24 * 60 * 60 * 1000;

/** Whether it stands for what would happen if this rule alone were switched on now. */
function standsFor(run: Run, rule: Rule, rules: readonly Rule[], now: Date): boolean {
  if (run.mode !== "dry_run" || !run.rules.some((one) => one.rule === rule.id && sameRule(one, rule))) return false;
  if (run.state === "failed" || now.getTime() - Date.parse(run.started_at) > FRESH_MS) return false;
  // What a narrower rule would keep away from this one is not kept away as long as that one is off.
  return run.rules.every((one) => {
    const other = rules.find(({ id }) => id === one.rule);
    return one.rule === rule.id || !isNarrower(one.target, rule.target) || other?.enabled === true;
  });
}

/** The newest look at what this rule would do that still holds; it may not have ended. */
export function lookAt(rule: Rule, runs: readonly Run[], rules: readonly Rule[], now: Date): Run | null {
  const good = runs.filter((run) => standsFor(run, rule, rules, now));
  return good.sort((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at))[0] ?? null;
}

export const resultOf = (run: Run | null, rule: Rule) => run?.rules.find((one) => one.rule === rule.id) ?? null;

// Starters

export type StarterName = "pages" | "opens" | "rest";

export const STARTERS: Record<StarterName, Draft> = {
  pages: { ...EMPTY, what: "kind", kind: "page", amount: 13, action: "delete" },
  opens: { ...EMPTY, what: "event", event: "Email Opened", amount: 24, action: "anonymise" },
  rest: { ...EMPTY, what: "everything_else", amount: 60, action: "anonymise" },
};

export const isStarter = (name: string): name is StarterName => Object.hasOwn(STARTERS, name);
