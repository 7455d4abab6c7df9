/**
 * The shapes of the HTTP contract that the UI reads and writes, from the API's own description (`generated.ts`).
 * Times are RFC 3339 UTC strings. Written by hand is only what the description leaves open: closed sets of words
 * (`Narrow`), and free JSON with a meaning the UI knows, such as the conditions of a segment.
 */
import type { components } from "./generated";

export type Schemas = components["schemas"];
/** `T` with some fields of another type, where the description says too little of free JSON and maps. */
export type Replace<T, P extends { [F in keyof P]: F extends keyof T ? unknown : never }> = Omit<T, keyof P> & P;
/** `T` with some fields narrower than the description says; a field that is not in `T`, or wider, does not compile. */
export type Narrow<T, P extends Partial<T>> = Omit<T, keyof P> & P;
/** `T` with any JSON in some fields: the description can only say "object" of them. */
export type AnyJson<T, K extends keyof T> = Omit<T, K> & { [F in K]: unknown };

export type Money = Schemas["MoneyView"];
export type Page<T> = { items: T[]; next_cursor?: string | null };
export type Items<T> = { items: T[] };
export type JsonObject = Record<string, unknown>;

// Session, people who work here

export type Role = "owner" | "marketer" | "analyst" | "viewer";
export type Meta = Schemas["Meta"];
type WorkspaceChoice = Narrow<Schemas["WorkspaceChoice"], { role: Role }>;
/** With a user: the UI has a session, never a key. */
export type Me = Narrow<
  Schemas["MeView"],
  {
    user: Schemas["UserView"];
    workspaces: WorkspaceChoice[];
    workspace: Narrow<Schemas["WorkspaceView"], { role: Role }>;
  }
>;
export type Touch = "click" | "open_or_click";
export type Workspace = Narrow<
  Schemas["WorkspaceView"],
  { attribution: Narrow<Schemas["AttributionView"], { touch: Touch }> }
>;
export type User = Narrow<Schemas["MemberView"], { role: Role }>;
export type InvitedUser = Schemas["Invited"];
export type ApiKey = Schemas["KeyView"];
export type ApiKeys = Schemas["Keys"];
export type NewApiKey = Schemas["NewKeyView"];
export type AuditEntry = Schemas["EntryView"];

// Home and live events

export type NextStepCode =
  | "connect_source"
  | "import_customers"
  | "build_segment"
  | "write_email"
  | "launch_campaign"
  | "see_results";
export type Home = Narrow<
  Schemas["Home"],
  { next_steps: Narrow<Schemas["NextStep"], { code: NextStepCode }>[]; recent_campaigns: CampaignSummary[] }
>;
/** Order events that are no orders, and why. */
export type RefusedOrders = Schemas["RefusedOrders"];
export type RefusedOrder = RefusedOrders["items"][number];
export type LiveEvent = Schemas["LiveEvent"] & {
  /** How it differs from the tracking plan. */
  plan?: { violations: { code: string; pointer: string; message: string }[] } | null;
};
export type EventName = Schemas["EventNameView"];
export type EventProperty = AnyJson<Schemas["PickerName"], "examples"> & { examples: unknown[] };

// People

export type ProfileSummary = Schemas["SummaryView"];
export type ConsentState = "subscribed" | "unsubscribed" | "pending" | "unknown";
export type Identifier = Schemas["IdentifierView"];
export type Trait = AnyJson<Schemas["TraitView"], "value">;
export type ConsentEntry = Narrow<Schemas["ConsentView"], { state: ConsentState }>;
export type Suppression = Schemas["SuppressionView"];
export type ProfileMessage = Schemas["MessageOf"];
export type Profile = Narrow<Omit<Schemas["ProfileView"], "traits">, { consent: ConsentEntry[] }> & { traits: Trait[] };
export type TimelineEvent = Schemas["TimelineEvent"];
export type TraitInfo = EventProperty;
export type TraitValue = AnyJson<Schemas["PickerValue"], "value">;

// Segments

export type Scalar = string | number | boolean;
export type TimeUnit = "minute" | "hour" | "day" | "week" | "month" | "year";
export type Span = { amount: number; unit: TimeUnit };
export type Operator =
  | "equals"
  | "not_equals"
  | "in"
  | "not_in"
  | "contains"
  | "not_contains"
  | "starts_with"
  | "ends_with"
  | "matches"
  | "exists"
  | "not_exists"
  | "gt"
  | "gte"
  | "lt"
  | "lte"
  | "between"
  | "before"
  | "after"
  | "within_last"
  | "not_within_last"
  | "anniversary_in_next"
  | "anniversary_today"
  | "is_true"
  | "is_false";
export type TraitCondition = { name: string; op: Operator; value?: unknown };
export type PropertyCondition = { property: string; op: Operator; value?: unknown };
export type EventWindow = { last: Span } | { between: { from: string; to: string } } | { since: string };
/** Which events: by name, details and channel. */
export type EventMatch = { name: string; where?: PropertyCondition[]; channel?: string | null };
export type Did = "performed" | "not_performed";
export type EventCount = { op: "at_least" | "exactly" | "at_most"; value: number };
export type Occurrence = "first" | "last";
export type AmountOf = "sum" | "average" | "min" | "max" | "distinct";
export type AmountOp = "at_least" | "more_than" | "exactly" | "at_most" | "less_than";
/** What a detail of the events comes to. There is no value yet while it is being written. */
export type EventAmount = { of: AmountOf; property: string; op: AmountOp; value?: number };
/** Of count, occurrence and amount at most one is there. */
export type EventCondition = EventMatch & {
  op: Did;
  count?: EventCount | null;
  occurrence?: Occurrence | null;
  amount?: EventAmount | null;
  window?: EventWindow | null;
};
/** The window is of the first step, `within` from there to the last one; null is any time. */
export type SequenceCondition = {
  op: Did;
  steps: EventMatch[];
  within?: Span | null;
  order?: "loose" | "strict";
  window?: EventWindow | null;
  /** What did not happen for that long after the last step. */
  without?: (EventMatch & { within: Span }) | null;
};
/** Percentages of everybody. There is no end yet while it is being written. */
export type SampleCondition = { from?: number | null; to?: number | null; seed?: string | null };
/** About a channel, a topic, a topic on a channel, or a purpose. */
export type ConsentCondition = { channel?: string; topic?: string; purpose?: string; state: ConsentState };
/** The description says "object" and serves the JSON Schema of each kind at /api/v1/segments/schema. */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { trait: TraitCondition }
  | { event: EventCondition }
  | { sequence: SequenceCondition }
  | { sample: SampleCondition }
  | { consent: ConsentCondition }
  | { reachable: { channel: string } }
  | { segment: { id: string; op: "in" | "not_in" } };
export type SegmentCount = Schemas["CountAnswer"];
export type Segment = Narrow<Schemas["SegmentView"], { condition: Condition & { version?: number } }>;

// Messages and campaigns

export type EmailMessage = Schemas["EmailMessageBody"];
export type Severity = "blocking" | "advice";
export type ConditionWarning = Schemas["ConditionWarning"];
export type PreviewWarning = Narrow<Schemas["MessageWarning"], { severity: Severity }>;
export type MessagePreview = Narrow<Schemas["MessagePreview"], { warnings: PreviewWarning[] }>;
export type Starter = Schemas["StarterView"];
export type Template = Schemas["TemplateView"];
export type CampaignState = "draft" | "scheduled" | "launching" | "sending" | "paused" | "finished" | "cancelled";
export type CampaignProgress = Schemas["CampaignProgress"];
export type Campaign = Narrow<Schemas["CampaignView"], { state: CampaignState }> & {
  /** What it is about: only who wants that gets it. */
  topic?: string | null;
};
export type Schedule = Schemas["ScheduleBody"];
/** One event of the progress stream. */
export type CampaignProgressEvent = Narrow<Schemas["ProgressView"], { state: CampaignState }>;
/** A line of a list of campaigns. */
export type CampaignSummary = Narrow<Schemas["CampaignSummary"], { state: CampaignState }>;
export type CampaignReview = Narrow<
  Schemas["ReviewView"],
  { checks: Narrow<Schemas["ReviewCheck"], { severity: Severity }>[] }
>;
export type TestAnswers = Schemas["CampaignTestAnswers"];
export type UnconfirmedAnswer = Schemas["UnconfirmedAnswer"];
export type Recipient = Schemas["RecipientView"];
export type CampaignReport = Narrow<
  Schemas["CampaignReport"],
  { conversions: Narrow<Schemas["ConversionsView"], { touch: Touch }> }
>;

// Sandbox inbox

export type SandboxSummary = Schemas["MailView"];
export type SandboxMessage = Schemas["OpenMailView"];

// Sources, imports, sender

/** What sends by itself with a write key, and what Tutti fetches or maps: a connection. */
export type SenderKind = "website" | "app" | "server" | "shop" | "phone" | "other";
export type ConnectionKind = Schemas["ConnectionKind"];
export type SourceKind = SenderKind | ConnectionKind;
export type Source = Narrow<Schemas["SourceView"], { kind: SourceKind }>;
/** An item that was refused, and why. */
export type Rejection = Schemas["RejectionView"] & {
  id?: string;
  /** Kept whole and not stored already: it can be tried again. */
  replayable?: boolean;
};
export type Bot = Schemas["BotView"];
export type ImportKind = "customers" | "orders" | "events" | "companies";
export type ImportFormat = "csv" | "jsonl" | "parquet" | "xlsx";
export type ImportState = "uploading" | "running" | "finished" | "failed" | "cancelled";
export type Import = Narrow<
  Schemas["ImportView"],
  { kind: ImportKind; format: ImportFormat; state: ImportState; mapping: ImportMapping }
> & {
  /** The connection that fetched the file; null: somebody uploaded it. */
  source_id?: string | null;
};
/** How a file is read; what is not said is found out from its beginning. The description says "object". */
export type ImportMapping = {
  /** Column to field ("email"), "trait:NAME", "property:NAME" or "ignore". */
  columns: Record<string, string>;
  currency?: string | null;
  time_zone?: string | null;
  channel?: string | null;
  date_order?: "day_month" | "month_day" | null;
  decimal_comma?: boolean | null;
  delimiter?: string | null;
  /** Which sheet of a workbook; the first unless told. */
  sheet?: string | null;
  /** The name of the event where no column has it. */
  event?: string | null;
};
/** What the beginning of a file looks like. The description says "object". */
export type ImportPreview = {
  columns: { name: string; examples: string[]; suggested: string | null }[];
  delimiter: string | null;
  encoding: string | null;
  rows: Record<string, string>[];
  mapping?: ImportMapping;
  /** The sheets of a workbook; none for other files. */
  sheets?: string[];
  /** What a column can become, beside an attribute or detail of its own name. */
  fields?: string[];
};
export type Dkim = Narrow<Schemas["DkimView"], { algorithm: "rsa" | "ed25519" }>;
export type SmtpTls = "none" | "starttls" | "tls";
export type Smtp = Narrow<Schemas["SmtpView"], { tls: SmtpTls }>;
export type Sender = Narrow<
  Schemas["SenderView"],
  { channel: "sandbox" | "smtp"; smtp?: Smtp | null; dkim?: Dkim | null }
>;
export type SenderTest = Schemas["TestView"];
export type SenderRequest = Schemas["SenderRequest"];
