/** An event as it would be sent, in the order somebody reads it. Pure. */
import type { JsonObject } from "@/api/types";

export type Fact = [label: string, value: unknown];
export type Facts = { type: string; name: string; who: Fact[]; details: Fact[] };

/** The number of the message is for programs: it stands in the JSON. */
const WHO = ["userId", "anonymousId", "groupId", "previousId", "timestamp"];
const object = (value: unknown): JsonObject =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};
const text = (value: unknown) => (typeof value === "string" ? value : "");

/** E-mail address, phone number and other identifiers travel in the context. */
function identifiers(context: JsonObject): Fact[] {
  const ids = Array.isArray(context.externalIds) ? context.externalIds.map(object) : [];
  return ids.map((one): Fact => [text(one.type), one.id]);
}

export function factsOf(event: JsonObject): Facts {
  const context = object(event.context);
  const named = WHO.filter((name) => event[name] !== undefined && event[name] !== null).map(
    (name): Fact => [name, event[name]],
  );
  const who = [...named, ...identifiers(context)];
  const known = new Set(who.map(([name]) => name));
  const traits = Object.entries({ ...object(context.traits), ...object(event.traits) });
  return {
    type: text(event.type),
    name: text(event.event) || text(event.name),
    who,
    details: [...traits.filter(([name]) => !known.has(name)), ...Object.entries(object(event.properties))],
  };
}
