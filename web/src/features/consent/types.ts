/** The settings of the preference page and what is counted: shapes of the HTTP contract. */
import type { Basis, Localised, Purpose } from "@/api/consent";

export const SECTIONS = ["purposes", "frequency", "pause", "language", "data", "erase"] as const;
export type Section = (typeof SECTIONS)[number];

export type PurposeSetting = { purpose: Purpose; basis: Basis; shown: boolean; text: Localised };

export type ConsentSettings = {
  company: string;
  logo_url: string;
  privacy_url: string;
  /** "#rrggbb", behind white text. */
  accent: string;
  default_language: string;
  intro: Localised;
  sections: Record<Section, boolean>;
  /** All four, always in the same order. */
  purposes: PurposeSetting[];
  confirmation: { subject: Localised; text: Localised };
  /** Stands in the proof of everything that is said on the page. */
  text_version: string;
  /** 0 when never saved. */
  version: number;
};

export type PreviewPage = "preferences" | "confirm" | "confirmation_mail";
export type Preview = { html: string; subject?: string | null };

export type SubjectCount = { subject: string; subscribed: number; unsubscribed: number; pending: number };
export type Summary = { subjects: SubjectCount[]; people: number };

export type TopicBody = {
  name: Localised;
  description: Localised;
  channels: string[];
  default: "opt_in" | "opt_out";
  double_opt_in: boolean;
};
