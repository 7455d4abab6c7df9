/** Properties as they are edited, an example of what is planned, and what a choice would do. Pure. */
import type {
  Allowed,
  EventRef,
  ItemType,
  PlannedBody,
  PlannedEvent,
  Property,
  PropertyType,
  Schema,
  Settings,
  Suggestion,
  Violations,
} from "./types";

/** Objects inside objects, as deep as the form goes. */
export const DEEPEST = 4;

export function newProperty(name = ""): Property {
  return {
    name,
    description: "",
    type: "text",
    required: false,
    nullable: false,
    allowed: [],
    personal: false,
    purposes: [],
    items: null,
    properties: [],
  };
}

const LIMITED: PropertyType[] = ["text", "number", "integer"];
export const takesAllowed = (type: PropertyType) => LIMITED.includes(type);
export const hasInside = (property: Pick<Property, "type" | "items">) =>
  property.type === "object" || (property.type === "list" && property.items === "object");

/** Another type: what does not fit it any more goes. */
export function withType(property: Property, type: PropertyType): Property {
  const items: ItemType | null = type === "list" ? (property.items ?? "any") : null;
  const allowed = takesAllowed(type) ? parseAllowed(type, property.allowed.map(String)).values : [];
  return withItems({ ...property, type, allowed }, items);
}

export function withItems(property: Property, items: ItemType | null): Property {
  const next = { ...property, items };
  return hasInside(next) ? next : { ...next, properties: [] };
}

/** Typed texts as values of a type; what is no number is told apart. */
export function parseAllowed(type: PropertyType, texts: string[]): { values: Allowed[]; wrong: string[] } {
  const values: Allowed[] = [];
  const wrong: string[] = [];
  for (const text of texts.map((one) => one.trim()).filter(Boolean)) {
    const number = Number(text.replace(",", "."));
    const fits = Number.isFinite(number) && (type !== "integer" || Number.isInteger(number));
    if (type === "text") values.push(text);
    else if (fits) values.push(number);
    else wrong.push(text);
  }
  return { values: [...new Set(values)], wrong };
}

export function replaceAt<T>(list: T[], at: number, next: T): T[] {
  return list.map((one, index) => (index === at ? next : one));
}

export const removeAt = <T>(list: T[], at: number): T[] => list.filter((_, index) => index !== at);

export type NameProblem = "empty" | "twice";

/** What is wrong with the name of one of a list. */
export function nameProblem(list: Property[], at: number): NameProblem | null {
  const name = list[at]?.name.trim() ?? "";
  if (name === "") return "empty";
  return list.some((one, index) => index !== at && one.name.trim() === name) ? "twice" : null;
}

/** Whether every property has a name of its own, also those inside. */
export function areNamed(list: Property[]): boolean {
  return list.every((one, at) => nameProblem(list, at) === null && areNamed(one.properties));
}

export function trimmed(list: Property[]): Property[] {
  return list.map((one) => ({
    ...one,
    name: one.name.trim(),
    description: one.description.trim(),
    properties: trimmed(one.properties),
  }));
}

export const EMPTY_SCHEMA: Schema = { type: "object", properties: {} };

/** An object from a text; null when it is none. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

export const pretty = (value: unknown) => JSON.stringify(value, null, 2);

const DAY = "2026-01-31";
const EXAMPLES: Record<Exclude<PropertyType, "list" | "object">, unknown> = {
  text: "text",
  number: 12.5,
  integer: 3,
  boolean: true,
  date: `${DAY}T09:00:00Z`,
  any: "text",
};

function exampleOf(property: Property): unknown {
  if (property.allowed.length > 0) return property.allowed[0];
  if (property.type === "object") return examples(property.properties);
  if (property.type !== "list") return EXAMPLES[property.type];
  const items = property.items ?? "any";
  return [items === "object" ? examples(property.properties) : EXAMPLES[items]];
}

/** An object with an example of every property. */
export function examples(properties: Property[]): Record<string, unknown> {
  return Object.fromEntries(properties.map((one) => [one.name.trim() || "property", exampleOf(one)]));
}

/** A whole call as a source would send it. */
export function sampleCall({ kind, name }: EventRef, properties: Property[]): Record<string, unknown> {
  const values = examples(properties);
  const who = { userId: "customer-1" };
  if (kind === "track") return { type: kind, ...who, event: name, properties: values };
  if (kind === "identify") return { type: kind, ...who, traits: values };
  if (kind === "group") return { type: kind, ...who, groupId: "company-1", traits: values };
  return { type: kind, ...who, ...(name ? { name } : {}), properties: values };
}

export const isNamed = (kind: EventRef["kind"]) => kind !== "identify" && kind !== "group";
/** Pages and screens without a name stand for all that have no entry of their own. */
export const needsName = (kind: EventRef["kind"]) => kind === "track";

export const refKey = ({ kind, name }: EventRef) => `${kind}:${name}`;

export function bodyOf(event: PlannedEvent): PlannedBody {
  const { kind, name, description, on_violation, unplanned_properties } = event;
  const rest = { kind, name, description, on_violation, unplanned_properties };
  return event.properties ? { ...rest, properties: event.properties } : { ...rest, schema: event.schema };
}

/** A suggestion's properties as they would be planned, without what was counted. */
export function plannedProperties(suggestion: Suggestion): Property[] {
  return suggestion.properties.map((one) => one.property);
}

/** What would happen to events that nobody would get back. */
export type Consequence = {
  what: "block_violations" | "block_unplanned" | "drop_unplanned" | "drop_properties";
  /** Of the last seven days; null when it was not counted. */
  count: number | null;
};

const counted = (violations: Violations, code: string) =>
  violations.items.filter((one) => one.code === code).reduce((sum, one) => sum + one.count, 0);

/** Violations but those that have a setting of their own. */
const UNPLANNED = ["unplanned_event", "unplanned_property"];

/** What a change of the settings takes away from now on that was kept before. */
export function consequences(before: Settings, after: Settings, violations: Violations | undefined): Consequence[] {
  if (!after.enabled) return [];
  const found: Consequence[] = [];
  const known = before.enabled && violations !== undefined;
  const begins = <K extends keyof Settings>(key: K, value: Settings[K]) =>
    after[key] === value && (!before.enabled || before[key] !== value);
  if (begins("on_violation", "block")) {
    const others = violations?.items.filter((one) => !UNPLANNED.includes(one.code)) ?? [];
    const sum = others.reduce((all, one) => all + one.count, 0);
    found.push({ what: "block_violations", count: known && before.on_violation !== "pass" ? sum : null });
  }
  for (const value of ["block", "drop"] as const) {
    if (!begins("unplanned_events", value)) continue;
    const count = known && before.unplanned_events !== "keep" ? counted(violations, "unplanned_event") : null;
    found.push({ what: `${value}_unplanned`, count });
  }
  if (begins("unplanned_properties", "drop")) {
    const count = known && before.unplanned_properties !== "keep" ? counted(violations, "unplanned_property") : null;
    found.push({ what: "drop_properties", count });
  }
  return found;
}

export const settingsOf = ({ enabled, unplanned_events, unplanned_properties, on_violation }: Settings): Settings => ({
  enabled,
  unplanned_events,
  unplanned_properties,
  on_violation,
});

// The event that is being edited

export type Draft = Omit<PlannedBody, "properties" | "schema"> & {
  /** As a form, or as the text of a JSON Schema. */
  content: { as: "form"; properties: Property[] } | { as: "json"; text: string };
};

export function newDraft(kind: EventRef["kind"] = "track", name = "", properties: Property[] = []): Draft {
  return {
    kind,
    name,
    description: "",
    on_violation: null,
    unplanned_properties: null,
    content: { as: "form", properties },
  };
}

export function draftOf(event: PlannedEvent): Draft {
  const { properties: _properties, schema: _schema, ...rest } = bodyOf(event);
  const content: Draft["content"] = event.properties
    ? { as: "form", properties: event.properties }
    : { as: "json", text: pretty(event.schema) };
  return { ...rest, content };
}

export type DraftProblem = "name" | "property_names" | "not_json";

export function draftProblem(draft: Draft): DraftProblem | null {
  if (needsName(draft.kind) && draft.name.trim() === "") return "name";
  if (draft.content.as === "json") return parseObject(draft.content.text) ? null : "not_json";
  return areNamed(draft.content.properties) ? null : "property_names";
}

/** The properties in the way they are being edited; a text that is no JSON object counts as an empty schema. */
export function contentOf({ content }: Draft): { properties: Property[] } | { schema: Schema } {
  return content.as === "form"
    ? { properties: trimmed(content.properties) }
    : { schema: parseObject(content.text) ?? EMPTY_SCHEMA };
}

export function draftBody(draft: Draft): PlannedBody {
  const { content: _content, ...rest } = draft;
  const name = isNamed(draft.kind) ? draft.name.trim() : "";
  return { ...rest, name, description: draft.description.trim(), ...contentOf(draft) };
}
