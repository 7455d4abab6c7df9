/** Rules of a webhook: what a payload becomes. Pure. */
import type { CallType, Named, Rule, Sent, TryProblem, Value } from "../connect/types";
import { detailName, placeOf, type Segment } from "./jsonpath";

export const RULES_MAX = 20;
export const CALL_TYPES: CallType[] = ["track", "identify", "page", "screen", "group", "alias"];

/** A field of a rule that takes one value. */
export const FIELDS = [
  "event",
  "user_id",
  "email",
  "phone",
  "anonymous_id",
  "group_id",
  "previous_id",
  "timestamp",
  "message_id",
] as const;
export type Field = (typeof FIELDS)[number];
export type ListName = "properties" | "traits";
/** Where in a rule a value goes. */
export type Slot = { field: Field } | { list: ListName; index: number } | { condition: true };

export const newWebhook = (): Sent<"webhook"> => ({
  kind: "webhook",
  signature: { scheme: "none" },
  mapping: { rules: [] },
});

export const newRule = (): Rule => ({ type: "track", event: { text: "" }, properties: [] });

const NAMED: CallType[] = ["track", "page", "screen"];
const WHO: Field[] = ["user_id", "email", "phone", "anonymous_id"];

/** The fields a kind of call has, in the order they are asked for. */
export function fieldsOf(type: CallType): Field[] {
  if (type === "alias") return ["user_id", "previous_id", "timestamp", "message_id"];
  const first: Field[] = NAMED.includes(type) ? ["event"] : [];
  const group: Field[] = type === "group" ? ["group_id"] : [];
  return [...first, ...group, ...WHO, "timestamp", "message_id"];
}

/** Where a kind of call keeps what else is known: details of what happened, or attributes of who it is. */
export function listOf(type: CallType): ListName | null {
  if (type === "alias") return null;
  return NAMED.includes(type) ? "properties" : "traits";
}

/** Another kind of call keeps what it has a place for. */
export function withType(rule: Rule, type: CallType): Rule {
  const kept = rule.properties?.length ? rule.properties : (rule.traits ?? []);
  const { properties: _p, traits: _t, ...rest } = rule;
  for (const field of FIELDS) if (!fieldsOf(type).includes(field)) delete rest[field];
  const list = listOf(type);
  const named = NAMED.includes(type) && !rest.event ? { event: { text: "" } } : {};
  return { ...rest, ...named, type, ...(list ? { [list]: kept } : {}) };
}

export function valueIn(rule: Rule, slot: Slot): Value | undefined {
  if ("field" in slot) return rule[slot.field];
  if ("condition" in slot) return rule.when?.value;
  return rule[slot.list]?.[slot.index]?.value;
}

/** Puts a value in a rule, or takes it out. */
export function withValue(rule: Rule, slot: Slot, value: Value | undefined): Rule {
  if ("field" in slot) {
    const { [slot.field]: _old, ...rest } = rule;
    return value ? { ...rest, [slot.field]: value } : rest;
  }
  if ("condition" in slot) {
    const { when, ...rest } = rule;
    return value ? { ...rest, when: { ...when, value } } : rest;
  }
  const list = [...(rule[slot.list] ?? [])];
  const before = list[slot.index];
  if (!before) return rule;
  if (value) list[slot.index] = { ...before, value };
  else list.splice(slot.index, 1);
  return { ...rule, [slot.list]: list };
}

/** A name nobody in the list has yet. */
function freeName(list: readonly Named[], name: string): string {
  const taken = new Set(list.map((one) => one.name));
  let free = name;
  for (let next = 2; taken.has(free); next++) free = `${name}_${next}`;
  return free;
}

/** Keeps a clicked value as a detail or an attribute under a name made from its place. */
export function withDetail(rule: Rule, segments: readonly Segment[]): Rule {
  const list = listOf(rule.type);
  if (!list) return rule;
  const before = rule[list] ?? [];
  const name = freeName(before, detailName(segments));
  return { ...rule, [list]: [...before, { name, value: placeOf(segments, rule.each) }] };
}

const isSet = (value: Value | undefined): value is Value =>
  value !== undefined && [value.path, value.text, value.header].some((part) => (part ?? "").trim() !== "");

/** A rule as it is sent: fields left empty are not said. */
export function cleanRule(rule: Rule): Rule {
  const clean: Rule = { ...rule };
  for (const field of FIELDS) if (!isSet(clean[field])) delete clean[field];
  for (const list of ["properties", "traits"] as const) {
    const named = clean[list]?.filter((one) => one.name.trim() !== "" && isSet(one.value));
    if (named?.length) clean[list] = named;
    else delete clean[list];
  }
  if (!isSet(clean.when?.value)) delete clean.when;
  else if (clean.when?.equals?.trim() === "") clean.when = { value: clean.when.value };
  if (!clean.each?.trim()) delete clean.each;
  if (!clean.name?.trim()) delete clean.name;
  if (!clean.channel?.trim()) delete clean.channel;
  return clean;
}

/** What was said to be wrong with a field; places of lists count as they were sent, without the empty ones. */
export function problemAt(problems: readonly TryProblem[], index: number, rule: Rule, slot: Slot): TryProblem | null {
  const place = placeIn(rule, slot);
  if (place === null) return null;
  const pointer = `/rules/${index}/${place}`;
  return problems.find((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`)) ?? null;
}

function placeIn(rule: Rule, slot: Slot): string | null {
  if ("field" in slot) return slot.field;
  if ("condition" in slot) return "when";
  const list = rule[slot.list] ?? [];
  const at = list[slot.index];
  if (!at || at.name.trim() === "" || !isSet(at.value)) return null;
  const before = list.slice(0, slot.index).filter((one) => one.name.trim() !== "" && isSet(one.value));
  return `${slot.list}/${before.length}`;
}

/** Problems of a rule that no field of the editor shows. */
export function otherProblems(
  problems: readonly TryProblem[],
  index: number,
  shown: readonly TryProblem[],
): TryProblem[] {
  const own = `/rules/${index}`;
  return problems.filter((one) => (one.pointer === own || one.pointer.startsWith(`${own}/`)) && !shown.includes(one));
}
