/** The order of kinds, the lines about traits, and what is not finished. Pure. */
import type { KindRule, Names, Rules, TraitRule } from "./types";

/** Stands for all kinds that have no line of their own. */
export const OTHERS = "*";
const FIRST = "user_id";
/** Room between two neighbours, so that scripts can put something there too. */
const STEP = 10;

/** `rule` is null for the line of all other kinds. `tied`: as strong as the one above. */
export type Line = { key: string; rule: KindRule | null; priority: number; tied: boolean };

/** The kinds, strongest first. */
export function linesOf({ kinds, other_kinds }: Rules): Line[] {
  const all = [
    ...kinds.map((rule) => ({ key: rule.kind, rule, priority: rule.priority })),
    { key: OTHERS, rule: null, priority: other_kinds.priority },
  ];
  const last = (key: string) => (key === FIRST ? 0 : 1);
  const sorted = all.sort((a, b) => a.priority - b.priority || last(a.key) - last(b.key));
  return sorted.map((line, at) => ({ ...line, tied: sorted[at - 1]?.priority === line.priority }));
}

/** Nothing goes above the customer number: it is what keeps two people apart. */
export function canMove(lines: Line[], key: string, by: -1 | 1): boolean {
  const at = lines.findIndex((line) => line.key === key);
  const to = at + by;
  const top = lines[0]?.key === FIRST ? 1 : 0;
  return at >= top && to >= top && to < lines.length;
}

/** One place stronger (-1) or weaker (+1). Kinds that were as strong as each other stay so, but for the one that moved. */
export function move(rules: Rules, key: string, by: -1 | 1): Rules {
  const lines = linesOf(rules);
  if (!canMove(lines, key, by)) return rules;
  const at = lines.findIndex((line) => line.key === key);
  const [moved] = lines.splice(at, 1);
  if (moved) lines.splice(at + by, 0, moved);
  let priority = 0;
  const placed = lines.map((line, index) => {
    const above = lines[index - 1];
    const alone = line.key === key || above?.key === key;
    if (alone || above?.priority !== line.priority) priority += STEP;
    return { ...line, priority };
  });
  return {
    ...rules,
    kinds: placed.flatMap(({ rule, priority: own }) => (rule ? [{ ...rule, priority: own }] : [])),
    other_kinds: {
      ...rules.other_kinds,
      priority: placed.find((line) => line.rule === null)?.priority ?? rules.other_kinds.priority,
    },
  };
}

export function withKind(rules: Rules, kind: string, change: Partial<KindRule>): Rules {
  return { ...rules, kinds: rules.kinds.map((rule) => (rule.kind === kind ? { ...rule, ...change } : rule)) };
}

export type NewKind = { kind: string; names: Names };
const CUSTOM_LIMIT = 5;

/** A kind of one's own, as strong as the others that have no line. */
export function addKind(rules: Rules, { kind, names }: NewKind): Rules {
  const { priority } = rules.other_kinds;
  const rule: KindRule = {
    kind: kind.trim(),
    custom: true,
    form: "plain",
    names,
    enabled: true,
    priority,
    limit: CUSTOM_LIMIT,
    blocked: [],
  };
  return { ...rules, kinds: [...rules.kinds, rule] };
}

export function removeKind(rules: Rules, kind: string): Rules {
  return { ...rules, kinds: rules.kinds.filter((rule) => rule.kind !== kind || !rule.custom) };
}

export type NameObstacle = "empty" | "known" | "many";

export function nameObstacle({ kinds }: Rules, name: string, most: number): NameObstacle | null {
  const wanted = name.trim();
  if (!wanted) return "empty";
  if (kinds.some((rule) => rule.kind.toLowerCase() === wanted.toLowerCase())) return "known";
  return kinds.filter((rule) => rule.custom).length >= most ? "many" : null;
}

// Which value stays

export function withTrait(rules: Rules, at: number, change: Partial<TraitRule>): Rules {
  const next = (rule: TraitRule): TraitRule => {
    const changed = { ...rule, ...change };
    // Only trust goes by source; another rule with sources would be refused.
    return changed.rule === "most_trusted" ? changed : { ...changed, sources: [] };
  };
  return { ...rules, traits: rules.traits.map((rule, index) => (index === at ? next(rule) : rule)) };
}

export function addTrait(rules: Rules): Rules {
  return { ...rules, traits: [...rules.traits, { trait: "", rule: "max", sources: [] }] };
}

export function removeTrait(rules: Rules, at: number): Rules {
  return { ...rules, traits: rules.traits.filter((_, index) => index !== at) };
}

/** An entry of a list one place up (-1) or down (+1); at the ends nothing changes. */
export function shifted<T>(list: T[], at: number, by: -1 | 1): T[] {
  const [one, other] = [list[at], list[at + by]];
  if (one === undefined || other === undefined) return list;
  return list.map((item, index) => (index === at ? other : index === at + by ? one : item));
}

export type TraitObstacle = "trait" | "repeated" | "sources";

/** What is missing in the line, before the server would refuse it. */
export function traitObstacle({ traits }: Rules, at: number): TraitObstacle | null {
  const line = traits[at];
  if (!line?.trait.trim()) return "trait";
  if (traits.findIndex((other) => other.trait.trim() === line.trait.trim()) < at) return "repeated";
  return line.rule === "most_trusted" && !line.sources?.length ? "sources" : null;
}

export function isFinished(rules: Rules): boolean {
  const { shared_devices, other_kinds, kinds } = rules;
  const numbers = [shared_devices.users, shared_devices.days, other_kinds.limit, ...kinds.map((rule) => rule.limit)];
  const traits = rules.traits.every((_, at) => traitObstacle(rules, at) === null);
  return traits && numbers.every((number) => Number.isInteger(number) && number > 0);
}

/** Whether two sets of rules mean the same, whatever order they came in. */
export function sameRules(a: Rules, b: Rules): boolean {
  return canonical(a) === canonical(b);
}

function canonical(rules: Rules): string {
  const kinds = rules.kinds
    .map(({ kind, custom, form, names, enabled, priority, limit, blocked }) => [
      kind,
      custom ?? false,
      form ?? null,
      names ?? null,
      enabled,
      priority,
      limit,
      blocked ?? [],
    ])
    .sort((a, b) => String(a[0]).localeCompare(String(b[0])));
  const { other_kinds: other, shared_devices: shared } = rules;
  const traits = rules.traits.map(({ trait, rule, sources }) => [trait.trim(), rule, sources ?? []]);
  return JSON.stringify([
    kinds,
    [other.enabled, other.priority, other.limit],
    rules.gmail_dots,
    rules.phone_region,
    [shared.enabled, shared.users, shared.days],
    traits,
  ]);
}

/** What is sent: names without the spaces around them. */
export function bodyOf(rules: Rules): Rules {
  return { ...rules, traits: rules.traits.map((line) => ({ ...line, trait: line.trait.trim() })) };
}

/** Of "/kinds/4/limit" the kind and "limit", of "/traits/0/sources" the line and "sources". */
export function placeOf(rules: Rules, pointer: string): { kind: string } | { trait: number } | null {
  const [, kindAt] = /^\/kinds\/(\d+)(?:\/|$)/.exec(pointer) ?? [];
  if (kindAt !== undefined) {
    const rule = rules.kinds[Number(kindAt)];
    return rule ? { kind: rule.kind } : null;
  }
  if (pointer.startsWith("/other_kinds")) return { kind: OTHERS };
  const [, traitAt] = /^\/traits\/(\d+)(?:\/|$)/.exec(pointer) ?? [];
  return traitAt === undefined ? null : { trait: Number(traitAt) };
}

/** Two-letter codes of countries with phone numbers, as ISO 3166 has them. */
export const REGIONS = (
  "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF " +
  "CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF " +
  "GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP " +
  "KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA " +
  "NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI " +
  "SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN " +
  "VU WF WS XK YE YT ZA ZM ZW"
).split(" ");
