/** How a source is doing, as one light with its reason. Pure. */
import type { Source } from "@/api/types";
import type { Connection } from "./types";

export type Light = "green" | "grey" | "red";
/** Why the light has its colour; `failing` has a code of its own beside it. */
export type Reason = "works" | "running" | "waiting" | "unmapped" | "silent" | "paused" | "refusing" | "failing";
export type Health = { light: Light; reason: Reason; code: string | null; detail: string | null; since: string | null };

/** A source that said nothing for this long may have been switched off unnoticed. */
const SILENT_MS = 7 * 24 * 3_600_000;

const time = (at: string | null | undefined) => (at ? Date.parse(at) : Number.NEGATIVE_INFINITY);
const health = (light: Light, reason: Reason, since: string | null = null): Health => ({
  light,
  reason,
  code: null,
  detail: null,
  since,
});

/** Of what sends by itself only the events tell: the last one was good, was refused, or is long ago. */
export function healthOfSource(source: Source, now: number): Health {
  const { events, last_event_at, last_error_at } = source;
  const at = last_event_at ?? null;
  if (time(last_error_at) > time(at)) {
    return { ...health("red", "refusing", last_error_at ?? null), detail: source.last_error ?? null };
  }
  if (events === 0 || at === null) return health("grey", "waiting");
  return now - time(at) > SILENT_MS ? health("grey", "silent", at) : health("green", "works", at);
}

/** A call that was taken and kept is no event yet: without rules nothing becomes one, and rules may fit nothing. */
function isUnmapped({ definition, failed_payloads }: Connection, events: number): boolean {
  if (definition.kind !== "webhook") return false;
  return definition.mapping.rules.length === 0 || (events === 0 && failed_payloads > 0);
}

/** A connection is looked after by the server, which says how it is; `events` are those of its source. */
export function healthOfConnection(connection: Connection, events: number): Health {
  const { state, code, detail, since } = connection.health;
  switch (state) {
    case "ok":
      return isUnmapped(connection, events) ? health("grey", "unmapped", since) : health("green", "works", since);
    case "running":
      return health("green", "running", since);
    case "waiting":
      return health("grey", "waiting", since);
    case "paused":
      return health("grey", "paused", since);
    case "failing":
      return { light: "red", reason: "failing", code, detail, since };
  }
}

export function healthOf(source: Source, connection: Connection | undefined, now: number): Health {
  return connection ? healthOfConnection(connection, source.events) : healthOfSource(source, now);
}
