/** Rules and runs for the tests. */
import type { Rule, RuleResult, Run, Target } from "./types";

const AT = "2026-11-22T10:00:00Z";

export const event = (name: string): Target => ({ what: "event", name });
export const kind = (name: string): Target => ({ what: "kind", name });
export const REST: Target = { what: "everything_else", name: null };

export function rule(id: string, target: Target, more: Partial<Rule> = {}): Rule {
  return {
    id,
    target,
    keep: { amount: 13, unit: "month" },
    action: "delete",
    enabled: false,
    off_reason: null,
    warnings: [],
    created_at: AT,
    updated_at: AT,
    ...more,
  };
}

function resultBy({ id, target, keep, action }: Rule): RuleResult {
  return {
    rule: id,
    target,
    keep,
    action,
    cutoff: AT,
    events: 10,
    customers: 3,
    oldest_at: AT,
    newest_at: AT,
    names: [{ name: "Page Viewed", kind: "page", events: 10 }],
    more_names: 0,
    readers: [],
    warnings: [],
  };
}

export function look(id: string, rules: Rule[], more: Partial<Run> = {}): Run {
  return {
    id,
    mode: "dry_run",
    trigger: "person",
    state: "done",
    progress: null,
    failure: null,
    started_at: AT,
    finished_at: AT,
    events: 10,
    customers: 3,
    deleted: 10,
    anonymised: 0,
    rules: rules.map(resultBy),
    ...more,
  };
}
