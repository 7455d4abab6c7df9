/** Consent as several screens need it: topics, purposes, what a person said, and the words' closed sets. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import type { ConsentState, Items, Narrow, Replace, Schemas } from "./types";

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
export type Topic = Replace<Schemas["TopicView"], { name: Localised; description: Localised; default: TopicDefault }>;
export type Proof = Schemas["ProofView"];
export type Said = Narrow<Schemas["Held"], { state: ConsentState }>;
export type TopicOnChannel = Said & Omit<Schemas["TopicPreference"]["channels"][number], keyof Said>;
export type TopicOfPerson = Replace<
  Schemas["TopicPreference"],
  { state: ConsentState; default: TopicDefault; channels: TopicOnChannel[] }
>;
export type Frequency = "all" | "weekly" | "monthly";
export type Preferences = Replace<
  Schemas["PreferencesView"],
  {
    channels: Replace<Schemas["ChannelPreference"], { state: ConsentState }>[];
    topics: TopicOfPerson[];
    purposes: Replace<Schemas["PurposePreference"], { state: ConsentState; purpose: Purpose; basis: Basis }>[];
    frequency: Frequency;
    requests: Narrow<Schemas["RequestView"], { kind: "subscribe" | "data" | "erase" }>[];
  }
>;

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
