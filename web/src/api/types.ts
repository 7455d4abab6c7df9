/** The shapes of the HTTP contract that the UI reads and writes. Times are RFC 3339 UTC strings. */

export type Money = { minor: number; currency: string };
export type Page<T> = { items: T[]; next_cursor: string | null };
export type Items<T> = { items: T[] };
export type JsonValue = unknown;
export type JsonObject = Record<string, unknown>;

// Session, people who work here

export type Role = "owner" | "marketer" | "analyst" | "viewer";
export type Meta = { version: string; setup_needed: boolean; demo: boolean; workspace_types?: string[] };
export type Me = {
  user: { id: string; email: string; name: string; locale: string | null; theme: string | null };
  workspaces: { id: string; name: string; role: Role; is_demo: boolean }[];
  workspace: { id: string; name: string; time_zone: string; currency: string; role: Role };
  permissions: string[];
};
export type Workspace = {
  id?: string;
  name: string;
  time_zone: string;
  currency: string;
  attribution: { window_days: number; touch: "click" | "open_or_click" };
};
export type User = { id: string; email: string; name: string; role: Role };
/** The link signs a person in once, when no password was given. */
export type InvitedUser = User & { link?: string | null };
export type ApiKey = {
  id: string;
  name: string;
  scopes: string[];
  prefix: string;
  last_used_at: string | null;
  created_at: string;
};
export type ApiKeys = { items: ApiKey[]; scopes?: string[] };
export type NewApiKey = ApiKey & { key: string };
export type AuditEntry = {
  id: string;
  at: string;
  actor: string;
  action: string;
  object: string;
  summary: string;
  before: unknown;
  after: unknown;
  ip: string | null;
};

// Home and live events

export type DayTotals = { customers: number; events: number; orders: number; revenue: Money };
export type NextStepCode =
  | "connect_source"
  | "import_customers"
  | "build_segment"
  | "write_email"
  | "launch_campaign"
  | "see_results";
export type Home = {
  totals: { customers: number; identified_customers: number; events: number; orders: number; revenue: Money };
  today: DayTotals;
  yesterday: DayTotals;
  series: { day: string; customers: number; events: number; orders: number; revenue_minor: number }[];
  revenue_by_channel: { channel: string; orders: number; revenue: Money }[];
  next_steps: { code: NextStepCode; done: boolean }[];
  recent_campaigns: CampaignSummary[];
  ingest: { lag_ms: number; backlog_events: number; events_per_s: number };
};
export type LiveEvent = {
  id: string;
  message_id: string;
  kind: string;
  name: string;
  at: string;
  received_at: string;
  channel: string | null;
  source: string | null;
  profile: { id: string; label: string | null; created: boolean };
  properties: JsonObject;
  traits: JsonObject;
  context: JsonObject;
  status: string;
};
export type EventName = { name: string; count: number; last_at: string | null };
export type EventProperty = { name: string; type: string; examples: unknown[]; count: number };

// People

export type ProfileSummary = {
  id: string;
  label: string;
  email: string | null;
  phone: string | null;
  city: string | null;
  country: string | null;
  first_seen: string | null;
  last_seen: string | null;
  events: number;
  orders: number;
  revenue: Money | null;
  channels: string[];
};
export type ConsentState = "subscribed" | "unsubscribed" | "unknown";
export type Identifier = {
  kind: string;
  value: string;
  first_seen: string | null;
  last_seen: string | null;
  source: string | null;
};
export type Trait = { name: string; value: unknown; type: string; source: string | null; updated_at: string | null };
export type ConsentEntry = {
  channel: string;
  state: ConsentState;
  source: string | null;
  at: string | null;
  proof: unknown;
};
export type Suppression = { channel: string; address: string; reason: string; at: string | null };
export type ProfileMessage = {
  id: string;
  campaign_id: string | null;
  campaign_name: string | null;
  channel: string;
  state: string;
  sent_at: string | null;
  opened: boolean | string | null;
  clicked: boolean | string | null;
};
export type Profile = {
  id: string;
  label: string;
  created_at: string | null;
  first_seen: string | null;
  last_seen: string | null;
  merged_from: string[];
  identifiers: Identifier[];
  traits: Trait[];
  consent: ConsentEntry[];
  suppressed: Suppression[];
  value: {
    orders: number;
    revenue: Money | null;
    first_order_at: string | null;
    last_order_at: string | null;
    average_order: Money | null;
    online_revenue: Money | null;
    shop_revenue: Money | null;
  };
  segments: { id: string; name: string; entered_at: string | null }[];
  messages: ProfileMessage[];
  devices: JsonObject[];
};
export type TimelineEvent = {
  id: string;
  name: string;
  kind: string;
  at: string;
  channel: string | null;
  source: string | null;
  summary: string | null;
  properties: JsonObject;
  context: JsonObject;
};
export type TraitInfo = { name: string; type: string; count: number; examples: unknown[] };
export type TraitValue = { value: unknown; count: number };

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
  | "is_true"
  | "is_false";
export type TraitCondition = { name: string; op: Operator; value?: unknown };
export type PropertyCondition = { property: string; op: Operator; value?: unknown };
export type EventWindow = { last: Span } | { between: { from: string; to: string } } | { since: string };
export type EventCondition = {
  name: string;
  op: "performed" | "not_performed";
  count?: { op: "at_least" | "exactly" | "at_most"; value: number };
  window?: EventWindow | null;
  where?: PropertyCondition[];
  channel?: string | null;
};
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { trait: TraitCondition }
  | { event: EventCondition }
  | { consent: { channel: string; state: ConsentState } }
  | { reachable: { channel: string } }
  | { segment: { id: string; op: "in" | "not_in" } };
export type SegmentCount = {
  count: number;
  total: number;
  share: number;
  took_ms: number;
  reach: Record<string, number>;
  breakdown: { pointer: string; count: number }[];
  sample: ProfileSummary[];
  sentence: string;
  warnings: { pointer: string; code: string; detail: string }[];
};
export type Segment = {
  id: string;
  name: string;
  description: string | null;
  condition: Condition & { version?: number };
  sentence: string;
  count: number;
  total: number;
  used_by: { kind: string; id: string; name: string }[];
  created_at: string;
  updated_at: string;
  version: number;
  entered_today: number;
  exited_today: number;
};

// Messages and campaigns

export type EmailMessage = {
  subject: string;
  preheader: string;
  from_name: string;
  from_email: string;
  reply_to: string;
  kind: "mjml" | "html" | "plain";
  body: string;
  text: string | null;
  utm: { source: string; medium: string; campaign: string; enabled: boolean };
};
export type PreviewWarning = { code: string; detail: string; severity: "blocking" | "advice" };
export type MessagePreview = {
  subject: string;
  preheader: string;
  html: string;
  text: string;
  from: string;
  warnings: PreviewWarning[];
  errors: { part: string; line: number | null; column: number | null; detail: string }[];
  size_bytes: number;
};
export type Starter = { id: string; name: string; description: string; message: EmailMessage };
export type Template = { id: string; name: string; message: EmailMessage; updated_at: string; version?: number };
export type CampaignState = "draft" | "scheduled" | "launching" | "sending" | "paused" | "finished" | "cancelled";
export type CampaignProgress = {
  audience: number;
  pending: number;
  sending: number;
  sent: number;
  delivered: number;
  bounced: number;
  failed: number;
  skipped: number;
  unconfirmed: number;
};
export type Campaign = {
  id: string;
  name: string;
  state: CampaignState;
  segment_id: string | null;
  segment_name: string | null;
  message: EmailMessage;
  channel: "email";
  created_at: string;
  updated_at: string;
  launched_at: string | null;
  finished_at: string | null;
  version: number;
  schedule?: { scheduled_at: string; latest_at: string } | null;
  /** Why a scheduled campaign did not start by itself. */
  held?: string | null;
  progress: CampaignProgress;
  conversion: { window_days: number; event: string };
};
/** One event of the progress stream. */
export type CampaignProgressEvent = CampaignProgress & { state: CampaignState; finished_at: string | null };
/** A line of a list of campaigns. */
export type CampaignSummary = Omit<Campaign, "message" | "conversion"> & {
  subject: string;
  held: string | null;
  orders: number;
  revenue: Money;
};
export type CampaignReview = {
  audience: number;
  recipients: number;
  exclusions: { reason: string; count: number }[];
  checks: { code: string; severity: "blocking" | "advice"; detail: string }[];
  sample: { profile: { id: string; label: string }; subject: string }[];
  /** Null: nothing limits the sender. */
  estimated_seconds: number | null;
};
export type Recipient = {
  message_id: string;
  profile_id: string;
  label: string;
  address: string;
  state: string;
  reason: string | null;
  sent_at: string | null;
  opened_at: string | null;
  clicked_at: string | null;
  machine: boolean | null;
};
export type CampaignReport = {
  progress: CampaignProgress;
  delivered_rate: number | null;
  open_rate: number | null;
  click_rate: number | null;
  opens: { human: number; machine: number; unknown: number; unique: number };
  clicks: { human: number; machine: number; unknown: number; unique: number };
  unsubscribes: number;
  complaints: number;
  conversions: {
    orders: number;
    revenue: Money;
    online: { orders: number; revenue: Money };
    shop: { orders: number; revenue: Money };
    phone: { orders: number; revenue: Money };
    /** Never converted. */
    other_currencies: { orders: number; revenue: Money }[];
    window_days: number;
    touch: "click" | "open_or_click";
    model: string;
  };
  links: { url: string; clicks_human: number; clicks_machine: number; unique: number }[];
  series: { at: string; sent: number; opened: number; clicked: number; orders: number }[];
  failures: { reason: string; count: number; example: string | null }[];
};

// Sandbox inbox

export type SandboxSummary = {
  id: string;
  to: string;
  from: string;
  subject: string;
  received_at: string;
  campaign_id: string | null;
  message_id: string | null;
};
export type SandboxMessage = SandboxSummary & {
  headers: { name: string; value: string }[];
  html: string | null;
  text: string | null;
  raw_size: number;
  links: { text: string; url: string }[];
};

// Sources, imports, sender

export type SourceKind = "website" | "app" | "server" | "shop" | "phone" | "other";
export type Source = {
  id: string;
  name: string;
  kind: SourceKind;
  write_key: string;
  /** Keys rotated out that are still accepted. */
  old_keys: { write_key: string; accepted_until: string }[];
  events: number;
  rejected: number;
  last_event_at: string | null;
  last_error: string | null;
  created_at: string;
};
/** An item that was refused, and why. */
export type Rejection = { at: string; code: string; pointer: string; detail: string; item: string };
export type ImportKind = "customers" | "orders";
export type ImportFormat = "csv" | "jsonl" | "parquet";
export type ImportState = "uploading" | "running" | "finished" | "failed" | "cancelled";
export type Import = {
  id: string;
  name: string;
  kind: ImportKind;
  format: ImportFormat;
  state: ImportState;
  rows_total: number | null;
  rows_done: number;
  rows_accepted: number;
  rows_rejected: number;
  bytes_total: number | null;
  bytes_done: number;
  started_at: string | null;
  finished_at: string | null;
  error: string | null;
  mapping: ImportMapping | null;
};
/** How a file is read; what is not said is found out from its beginning. */
export type ImportMapping = {
  /** Column to field ("email"), "trait:NAME", "property:NAME" or "ignore". */
  columns: Record<string, string>;
  currency?: string | null;
  time_zone?: string | null;
  channel?: string | null;
  date_order?: "day_month" | "month_day" | null;
  decimal_comma?: boolean | null;
  delimiter?: string | null;
};
export type ImportPreview = {
  columns: { name: string; examples: string[]; suggested: string | null }[];
  delimiter: string | null;
  encoding: string | null;
  rows: Record<string, string>[];
  mapping?: ImportMapping;
};
export type Dkim = {
  domain: string;
  selector: string;
  algorithm: "rsa" | "ed25519";
  /** Where the TXT record goes, and what it says. */
  dns_name: string;
  dns_record: string;
};
export type Smtp = {
  host: string;
  port: number;
  tls: "none" | "starttls" | "tls";
  username: string | null;
  password_set?: boolean;
  /** Written, never read back. */
  password?: string | null;
  rate_per_second: number | null;
  connections: number | null;
  per_domain_rate: Record<string, number>;
};
export type Sender = {
  channel: "sandbox" | "smtp";
  from_name: string;
  from_email: string;
  reply_to: string | null;
  smtp: Smtp | null;
  dkim: Dkim | null;
  postal_address: string | null;
};
