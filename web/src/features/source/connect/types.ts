/** Sources that are fetched or mapped: what is set up, how it goes, what came. */
import type { FeedMode } from "@/api/products";
import type { ConnectionKind, ImportKind, ImportMapping, JsonObject } from "@/api/types";

/** Without a zone the clock is that of UTC. */
export type Schedule = { every_minutes: number } | { daily_at: string; time_zone?: string };

// Webhooks

export type Scheme = "none" | "standard" | "github" | "shopify" | "stripe" | "slack";
export type Signature = {
  scheme: Scheme;
  /** Only ever sent: left out or null keeps the stored one. */
  secret?: string | null;
  /** Only ever answered. */
  secret_set?: boolean;
};
export type ChallengeKind = "none" | "meta" | "slack" | "microsoft" | "cloud_events" | "x";
/** A question the sender asks before it sends. */
export type Challenge = {
  kind: ChallengeKind;
  /** Only ever sent: left out or null keeps the stored one. */
  token?: string | null;
  /** Only ever answered. */
  token_set?: boolean;
};
export type CallType = "track" | "identify" | "page" | "screen" | "group" | "alias";
export type ValueForm = "text" | "number" | "minor_units" | "boolean" | "date" | "lower_case";
export type TimeForm = "auto" | "unix_s" | "unix_ms" | "rfc3339";
/** Exactly one of path, text and header. */
export type Value = {
  path?: string;
  text?: string;
  header?: string;
  as?: ValueForm | TimeForm;
  /** Looked up in the whole payload, also in a rule with `each`. */
  whole?: boolean;
};
export type Named = { name: string; value: Value };
export type Condition = { value: Value /** Left out: it only has to be there. */; equals?: string };
export type Rule = {
  name?: string;
  /** JSONPath: one event for each match. */
  each?: string;
  when?: Condition;
  type: CallType;
  event?: Value;
  user_id?: Value;
  anonymous_id?: Value;
  group_id?: Value;
  previous_id?: Value;
  email?: Value;
  phone?: Value;
  identifiers?: { type: string; value: Value }[];
  timestamp?: Value;
  message_id?: Value;
  channel?: string;
  properties?: Named[];
  traits?: Named[];
};
export type WebhookDefinition = {
  kind: "webhook";
  signature: Signature;
  challenge?: Challenge;
  mapping: { rules: Rule[] };
};

export type PayloadState = "mapped" | "nothing" | "failed" | "unmapped";
export type Payload = {
  id: string;
  received_at: string;
  state: PayloadState;
  events: number;
  code: string | null;
  detail: string | null;
  headers: Record<string, string>;
  body: unknown;
  bytes: number;
};
export type TryProblem = { pointer: string; code: string; detail: string };
export type TryResult = {
  payload_id: string | null;
  outcome: "events" | "nothing" | "failed";
  events: JsonObject[];
  problems: TryProblem[];
};
export type Tried = { results: TryResult[] };
export type Replayed = { replayed: number; events: number; failed: number };

// Folders and databases

/** A bucket that speaks S3. */
export type ObjectStore = {
  endpoint: string;
  bucket: string;
  prefix: string;
  region: string;
  key_id: string;
  /** Only ever sent: left out or null keeps the stored one. */
  secret?: string | null;
  /** Only ever answered. */
  secret_set?: boolean;
};
export type FolderDefinition = {
  kind: "folder";
  /** Left out where files lie in an object store. */
  folder?: string;
  object_store?: ObjectStore;
  pattern: string;
  import_kind: ImportKind;
  mapping: Partial<ImportMapping>;
  schedule: Schedule;
  after: "keep" | "move";
};
export type Engine = "postgres" | "mysql" | "sqlite";
export type DatabaseDefinition = {
  kind: "database";
  engine: Engine;
  host?: string | null;
  port?: number | null;
  /** A name; for SQLite the path of the file. */
  database: string;
  user?: string | null;
  password?: string | null;
  password_set?: boolean;
  tls: boolean;
  query: string;
  cursor_column?: string | null;
  start?: string | null;
  import_kind: ImportKind;
  mapping: Partial<ImportMapping>;
  schedule: Schedule;
};
/** Products, fetched from an address. */
export type FeedDefinition = {
  kind: "feed";
  url: string;
  mode: FeedMode;
  /** With one the secret is the password. */
  user?: string | null;
  /** The header that carries the secret. */
  header?: string | null;
  /** Only ever sent: left out keeps the stored one. */
  secret?: string | null;
  secret_set?: boolean;
  schedule: Schedule;
};
export type TakenFile = {
  name: string;
  bytes: number;
  state: "importing" | "done" | "failed";
  import_id: string | null;
  code: string | null;
  detail: string | null;
  taken_at: string;
};
export type FoundFile = {
  name: string;
  bytes: number;
  modified_at: string /** It was taken before. */;
  known: boolean;
};
/** What a test of a folder or a database has found; nothing of it is stored. */
export type Tested = {
  ok: boolean;
  code: string | null;
  detail: string | null;
  columns: { name: string; examples: string[]; suggested: string | null }[];
  rows: Record<string, string | null>[];
  fields: string[];
  mapping: ImportMapping | null;
  files: FoundFile[];
};

// Every connection

export type Definition = WebhookDefinition | FolderDefinition | DatabaseDefinition | FeedDefinition;
export type HealthState = "waiting" | "ok" | "running" | "failing" | "paused";
export type Connection = {
  id: string;
  name: string;
  kind: ConnectionKind;
  enabled: boolean;
  version: number;
  definition: Definition;
  health: { state: HealthState; code: string | null; detail: string | null; since: string | null };
  webhook_url: string | null;
  /** How far a database has been read. */
  cursor: string | null;
  next_run_at: string | null;
  last_run_at: string | null;
  /** Payloads of a webhook that can be replayed. */
  failed_payloads: number;
  created_at: string;
  updated_at: string;
};
export type Run = {
  id: string;
  state: "running" | "done" | "failed" | "interrupted";
  started_at: string;
  ended_at: string | null;
  read: number;
  accepted: number;
  refused: number;
  files: number;
  code: string | null;
  detail: string | null;
  imports: string[];
};
