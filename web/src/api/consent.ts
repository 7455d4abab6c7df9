/** Consent as several screens need it: topics, purposes, what a person said, and the words' closed sets. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import type { ConsentState, Items } from "./types";

export const LANGUAGES = ["en", "nl", "sv", "fy"] as const;
export type Language = (typeof LANGUAGES)[number];
/** A text by language; a language that is missing falls back to another. */
export type Localised = Partial<Record<Language, string>>;

export const PURPOSES = ["marketing", "analytics", "personalisation", "ads"] as const;
export type Purpose = (typeof PURPOSES)[number];

export const BASES = [
  "consent",
  "contract",
  "legitimate_interest",
  "legal_obligation",
  "vital_interest",
  "public_task",
] as const;
export type Basis = (typeof BASES)[number];

export type TopicDefault = "opt_in" | "opt_out";
export type Topic = {
  /** Never changes. */
  key: string;
  name: Localised;
  description: Localised;
  channels: string[];
  /** opt_out: everybody subscribed to the channel gets it until they say no. */
  default: TopicDefault;
  double_opt_in: boolean;
  archived: boolean;
  used_by: { kind: string; id: string; name: string }[];
  version: number;
  created_at: string;
  updated_at: string;
};

export type Proof = {
  source: string;
  method?: string | null;
  text?: string | null;
  text_version?: string | null;
  basis?: string | null;
  ip?: string | null;
  event: string;
};

export type Said = { state: ConsentState; at?: string | null; proof?: Proof | null };
export type TopicOnChannel = Said & { channel: string; allowed: boolean; why: string };
export type TopicOfPerson = Said & {
  key: string;
  name: string;
  default: TopicDefault;
  archived: boolean;
  channels: TopicOnChannel[];
};
export type Frequency = "all" | "weekly" | "monthly";
export type Preferences = {
  language: string | null;
  channels: (Said & { channel: string; suppressed?: string | null })[];
  topics: TopicOfPerson[];
  purposes: (Said & { purpose: Purpose; basis: Basis })[];
  paused_until?: string | null;
  frequency: Frequency;
  requests: {
    id: string;
    kind: "subscribe" | "data" | "erase";
    subjects: string[];
    asked_at: string;
    expires_at: string;
    mailed_at?: string | null;
    done_at?: string | null;
  }[];
};

/** In their order, archived ones last. */
export const topicsQuery = queryOptions({
  queryKey: ["consent", "topics"],
  queryFn: ({ signal }) => api.get<Items<Topic>>("/api/v1/consent/topics", { signal, query: { limit: 500 } }),
});

/** A text in the reader's language, else in the one the company writes in, else in English, else in any. */
export function localised(text: Localised, language: string, fallback: Language = "en"): string {
  const order = [language as Language, fallback, "en" as const, ...LANGUAGES];
  return order.map((one) => text[one]?.trim() ?? "").find((one) => one !== "") ?? "";
}

export const topicName = (topic: Pick<Topic, "key" | "name">, language: string) =>
  localised(topic.name, language) || topic.key;
