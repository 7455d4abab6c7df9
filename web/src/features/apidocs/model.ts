/** The OpenAPI document as this page needs it: groups of routes, fields of schemas, examples, curl. Pure. */

export type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  example?: unknown;
  examples?: unknown[];
  default?: unknown;
};
export type Parameter = {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  description?: string;
  required?: boolean;
  schema?: Schema;
};
type Content = Record<string, { schema?: Schema }>;
type RawOperation = {
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { content: Content; required?: boolean; description?: string };
  responses: Record<string, { description?: string; content?: Content }>;
  /** Ways to be let in; each names the rights it takes. */
  security?: Record<string, string[]>[];
};
export type OpenApi = {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, RawOperation>>;
  components?: { schemas?: Record<string, Schema> };
};

export type Operation = RawOperation & { id: string; method: string; path: string; group: string };
export type Group = { name: string; operations: Operation[] };

const METHODS = ["get", "post", "put", "patch", "delete", "options"];
/** Deeper objects are named, not opened: nobody reads further, and some schemas hold themselves. */
const DEEPEST = 4;
/** What the curl sample reads the key from. */
export const KEY_VARIABLE = "$TUTTI_KEY";

/** Every route by its first tag, groups by name, routes by path. */
export function groupsOf(document: OpenApi): Group[] {
  const groups = new Map<string, Operation[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const raw = methods[method];
      if (!raw) continue;
      const group = raw.tags?.[0] ?? "other";
      const list = groups.get(group) ?? [];
      list.push({ ...raw, id: `${method} ${path}`, method, path, group });
      groups.set(group, list);
    }
  }
  const named = [...groups].map(([name, operations]) => ({ name, operations }));
  for (const group of named) {
    group.operations.sort(
      (a, b) => a.path.localeCompare(b.path) || METHODS.indexOf(a.method) - METHODS.indexOf(b.method),
    );
  }
  return named.sort((a, b) => a.name.localeCompare(b.name));
}

/** The groups with only the routes in which every word occurs. */
export function search(groups: Group[], text: string): Group[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return groups;
  const fits = (one: Operation) => {
    const said = `${one.method} ${one.path} ${one.group} ${one.summary ?? ""}`.toLowerCase();
    return words.every((word) => said.includes(word));
  };
  return groups
    .map((group) => ({ ...group, operations: group.operations.filter(fits) }))
    .filter((group) => group.operations.length > 0);
}

/** Whether a route wants an API key or a session: a security list of its own that allows nothing-at-all does not. */
export function needsKey(operation: Operation): boolean {
  return !operation.security?.some((way) => Object.keys(way).length === 0);
}

/** The rights a key must have, where the description names them. */
export function rightsOf(operation: Operation): string[] {
  return operation.security?.map((way) => way.api_key ?? []).find((rights) => rights.length > 0) ?? [];
}

const nameOf = (ref: string) => ref.split("/").at(-1) ?? ref;

export function resolve(schema: Schema | undefined, document: OpenApi): Schema {
  if (!schema?.$ref) return schema ?? {};
  return document.components?.schemas?.[nameOf(schema.$ref)] ?? {};
}

/** Type in a few words: "string (date-time)", "Segment[]", "number or null". */
export function typeText(schema: Schema | undefined): string {
  if (!schema) return "any";
  if (schema.$ref) return nameOf(schema.$ref);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return [...new Set(choices.map(typeText))].join(" or ");
  if (schema.allOf) return schema.allOf.map(typeText).join(" and ");
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter((type) => type !== undefined);
  const words = types.map((type) => {
    if (type === "array") return `${typeText(schema.items)}[]`;
    return schema.format && type !== "null" ? `${type} (${schema.format})` : type;
  });
  return words.join(" or ") || (schema.properties ? "object" : "any");
}

/** A schema without the wrapping that says only "or null" or "and a description". */
function core(schema: Schema, document: OpenApi): Schema {
  const solved = resolve(schema, document);
  const parts = solved.oneOf ?? solved.anyOf ?? solved.allOf;
  const real = (parts ?? []).filter((part) => part.type !== "null");
  const [only] = real;
  return only && real.length === 1 && !solved.properties ? core(only, document) : solved;
}

export type Field = { path: string; depth: number; type: string; required: boolean; about: string; values: string[] };

/** Every field of a schema with those inside it, in order. */
export function fieldsOf(schema: Schema | undefined, document: OpenApi): Field[] {
  const fields: Field[] = [];
  const walk = (given: Schema, path: string, depth: number, above: Schema[]) => {
    const here = core(given, document);
    if (depth > DEEPEST || above.includes(here)) return;
    const inside = [...above, here];
    if (here.items) walk(here.items, `${path}[]`, depth, inside);
    for (const part of [...(here.allOf ?? []), ...(here.oneOf ?? []), ...(here.anyOf ?? [])]) {
      walk(part, path, depth, inside);
    }
    for (const [name, property] of Object.entries(here.properties ?? {})) {
      const solved = core(property, document);
      const at = path ? `${path}.${name}` : name;
      fields.push({
        path: at,
        depth,
        type: typeText(property),
        required: here.required?.includes(name) ?? false,
        about: property.description ?? solved.description ?? "",
        values: (solved.enum ?? []).filter((value) => value !== null).map(String),
      });
      walk(property, at, depth + 1, inside);
    }
  };
  if (schema) walk(schema, "", 0, []);
  return fields;
}

const PLAIN: Record<string, unknown> = { string: "text", integer: 1, number: 1, boolean: true, null: null };
const FORMATS: Record<string, unknown> = { "date-time": "2026-01-31T12:00:00Z", date: "2026-01-31" };

/** A value of the schema's shape: what the document gives as an example, else made from the types. */
export function exampleOf(schema: Schema | undefined, document: OpenApi, above: Schema[] = []): unknown {
  if (!schema) return null;
  const here = resolve(schema, document);
  const given = schema.example ?? here.example ?? schema.examples?.[0] ?? here.examples?.[0] ?? here.default;
  if (given !== undefined) return given;
  if (above.includes(here)) return null;
  const inside = [...above, here];
  if (here.enum) return here.enum[0];
  const choice = (here.oneOf ?? here.anyOf)?.find((part) => part.type !== "null");
  if (choice) return exampleOf(choice, document, inside);
  const merged = (here.allOf ?? []).map((part) => exampleOf(part, document, inside));
  if (merged.length === 1 && !here.properties) return merged[0];
  const type = Array.isArray(here.type) ? here.type.find((one) => one !== "null") : here.type;
  if (type === "array") return here.items ? [exampleOf(here.items, document, inside)] : [];
  if (here.properties || merged.length > 0 || type === "object") {
    const own = Object.entries(here.properties ?? {}).map(([name, one]) => [name, exampleOf(one, document, inside)]);
    return Object.assign({}, ...merged, Object.fromEntries(own));
  }
  return FORMATS[here.format ?? ""] ?? PLAIN[type ?? ""] ?? null;
}

export const JSON_TYPE = "application/json";

/** The kind of body a route takes, JSON if it can, and what one looks like. */
export function bodyOf(
  operation: Operation,
  document: OpenApi,
): { type: string; schema?: Schema; text: string } | null {
  const content = operation.requestBody?.content;
  const type = content && (JSON_TYPE in content ? JSON_TYPE : Object.keys(content)[0]);
  if (!content || !type) return null;
  const schema = content[type]?.schema;
  const json = type === JSON_TYPE;
  return { type, schema, text: json ? JSON.stringify(exampleOf(schema, document), null, 2) : "" };
}

export type Filled = { parameters: Record<string, string>; body: string; bodyType: string | null };

/** The address with its parameters filled in; empty ones of the query are left out, those of the path stay named. */
export function addressOf(operation: Operation, filled: Filled): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (named, name: string) => {
    const value = filled.parameters[name];
    return value ? encodeURIComponent(value) : named;
  });
  const query = new URLSearchParams();
  for (const { name, in: place } of operation.parameters ?? []) {
    const value = filled.parameters[name];
    if (place === "query" && value) query.set(name, value);
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The request as a command for a shell; the key comes from a variable, so that it stays out of the history. */
export function curlOf(operation: Operation, filled: Filled, origin: string): string {
  const lines = [
    `curl ${operation.method === "get" ? "" : `--request ${operation.method.toUpperCase()} `}${quoted(origin + addressOf(operation, filled))}`,
  ];
  if (needsKey(operation)) lines.push(`--header "authorization: Bearer ${KEY_VARIABLE}"`);
  for (const { name, in: place } of operation.parameters ?? []) {
    const value = filled.parameters[name];
    if (place === "header" && value) lines.push(`--header ${quoted(`${name}: ${value}`)}`);
  }
  if (filled.bodyType) {
    lines.push(`--header ${quoted(`content-type: ${filled.bodyType}`)}`);
    lines.push(filled.body ? `--data ${quoted(filled.body)}` : "--data-binary @FILE");
  }
  return lines.join(" \\\n  ");
}
