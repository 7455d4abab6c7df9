/** Sources that are fetched or mapped: the shapes of the API's own description, under the names the screens use. */
import type { Replace, Schemas } from "@/api/types";

export type Schedule = Schemas["ConnectionSchedule"];

// Webhooks

export type Scheme = Schemas["WebhookSignatureScheme"];
export type ChallengeKind = Schemas["WebhookChallengeKind"];
export type CallType = Schemas["WebhookCallType"];
type Reading = Schemas["WebhookReading"];
export type TimeForm = Extract<Reading, "auto" | "unix_s" | "unix_ms" | "rfc3339">;
export type ValueForm = Exclude<Reading, TimeForm>;
export type Value = Schemas["WebhookValue"];
export type Named = Schemas["WebhookField"];
export type Rule = Schemas["WebhookRule"];
export type WebhookDefinition = Schemas["WebhookDefinitionView"];

export type PayloadState = Schemas["WebhookPayloadState"];
export type Payload = Schemas["PayloadView"];
export type TryProblem = Schemas["TryProblem"];
export type Tried = Schemas["TryView"];
export type Replayed = Schemas["ReplayView"];

// Folders, databases, feeds: what their forms hold is what is stored, and a secret that is typed anew.

/** A bucket that speaks S3. */
export type ObjectStore = Schemas["ObjectStoreDefinitionView"] & Pick<Schemas["ObjectStoreDefinition"], "secret">;
export type FolderDefinition = Replace<Schemas["FolderDefinitionView"], { object_store?: ObjectStore | null }>;
export type Engine = Schemas["DatabaseEngine"];
export type DatabaseDefinition = Schemas["DatabaseDefinitionView"] & Pick<Schemas["DatabaseDefinition"], "password">;
/** Products, fetched from an address. */
export type FeedDefinition = Schemas["FeedDefinitionView"] & Pick<Schemas["FeedDefinition"], "secret">;
export type RowsKind = Schemas["ConnectionRowsKind"];
export type RowsMapping = Schemas["RowsMapping"];
export type TakenFile = Schemas["FileView"];
/** What a test of a folder or a database has found; nothing of it is stored. */
export type Tested = Schemas["ConnectionTestView"];

// Every connection

/** As it is sent. */
export type Definition = Schemas["ConnectionDefinition"];
export type Sent<Kind extends Definition["kind"]> = Extract<Definition, { kind: Kind }>;
export type HealthState = Schemas["ConnectionHealthState"];
export type Connection = Schemas["ConnectionView"];
export type Run = Schemas["RunView"];
