/** The settings of the preference page and what is counted: shapes of the HTTP contract. */
import type { Basis, Localised, Purpose, TopicDefault } from "@/api/consent";
import type { Replace, Schemas } from "@/api/types";

export const SECTIONS = [
  "purposes",
  "frequency",
  "pause",
  "language",
  "data",
  "erase",
] as const satisfies (keyof Schemas["SectionsBody"])[];
export type Section = keyof Schemas["SectionsBody"];

export type PurposeSetting = Replace<Schemas["PurposeBody"], { purpose: Purpose; basis: Basis; text: Localised }>;

export type ConsentSettings = Replace<
  Schemas["ConsentSettingsBody"],
  { intro: Localised; purposes: PurposeSetting[]; confirmation: { subject: Localised; text: Localised } }
>;

export type PreviewPage = "preferences" | "confirm" | "confirmation_mail";
export type Preview = Schemas["PagePreviewView"];

export type SubjectCount = Schemas["SubjectCount"];
export type Summary = Schemas["ConsentSummary"];

export type TopicBody = Replace<
  Pick<Schemas["TopicRequest"], "name" | "description" | "channels" | "default" | "double_opt_in">,
  { name: Localised; description: Localised; default: TopicDefault }
>;
