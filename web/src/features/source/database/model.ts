/** A database that is asked again and again: what is set up, and what does not fit together. Pure. */
import { FIRST } from "../connect/schedule";
import type { DatabaseDefinition, Engine, Sent } from "../connect/types";

export const PORTS: Record<Exclude<Engine, "sqlite">, number> = { postgres: 5432, mysql: 3306 };
export const isServer = (engine: Engine): engine is Exclude<Engine, "sqlite"> => engine !== "sqlite";

export const newDatabase = (): DatabaseDefinition => ({
  kind: "database",
  engine: "postgres",
  host: "",
  port: PORTS.postgres,
  database: "",
  user: "",
  password: "",
  password_set: false,
  tls: true,
  query: "",
  cursor_column: "",
  start: "",
  import_kind: "customers",
  mapping: { columns: {} },
  schedule: FIRST,
});

/** Another engine has another usual port; one that was typed by hand stays. */
export function withEngine(definition: DatabaseDefinition, engine: Engine): DatabaseDefinition {
  const usual = !isServer(definition.engine) || definition.port === PORTS[definition.engine];
  const port = isServer(engine) ? (usual ? PORTS[engine] : definition.port) : null;
  return { ...definition, engine, port };
}

const said = (text: string | null | undefined) => (text?.trim() ? text.trim() : undefined);

/** As it is sent: nothing of what a file has no use for, and no password that was not typed. */
export function toSend({ password_set: _set, ...definition }: DatabaseDefinition): Sent<"database"> {
  const { host, port, user, password, cursor_column, start, ...rest } = definition;
  const server = isServer(definition.engine);
  return {
    ...rest,
    ...(server ? { host: said(host), port: port ?? undefined, user: said(user) } : {}),
    ...(server && password ? { password } : {}),
    tls: server && definition.tls,
    database: definition.database.trim(),
    query: definition.query.trim(),
    cursor_column: said(cursor_column),
    start: said(cursor_column) ? said(start) : undefined,
  };
}

export type QueryHint = "since_without_column" | "column_without_since" | "not_sorted" | "not_a_select";

/** What is likely wrong with a query, before the database is asked. */
export function queryHints(query: string, cursorColumn: string | null | undefined): QueryHint[] {
  const text = query.replace(/--.*$/gm, "").trim();
  if (text === "") return [];
  const hints: QueryHint[] = [];
  if (!/^(select|with)\b/i.test(text)) hints.push("not_a_select");
  const since = /(^|[^:]):since\b/.test(text);
  if (since && !said(cursorColumn)) hints.push("since_without_column");
  if (!since && said(cursorColumn)) hints.push("column_without_since");
  if (said(cursorColumn) && !/\border\s+by\b/i.test(text)) hints.push("not_sorted");
  return hints;
}

/** A query to begin with, for people who know their tables. */
export const EXAMPLE = `SELECT id, email, first_name, last_name, updated_at
FROM customers
WHERE updated_at > :since
ORDER BY updated_at`;
