/** Settings and topics for the tests. */
import type { Topic } from "@/api/consent";
import type { ConsentSettings } from "./types";

const AT = "2026-11-22T10:00:00Z";

export function settings(more: Partial<ConsentSettings> = {}): ConsentSettings {
  return {
    company: "Fjord Outdoor",
    logo_url: "",
    privacy_url: "",
    accent: "#0b5c66",
    default_language: "en",
    intro: {},
    sections: { purposes: true, frequency: true, pause: true, language: true, data: true, erase: true },
    purposes: [{ purpose: "marketing", basis: "consent", shown: true, text: {} }],
    confirmation: { subject: {}, text: {} },
    text_version: "2026-11",
    version: 3,
    ...more,
  };
}

export function topic(key: string, more: Partial<Topic> = {}): Topic {
  return {
    key,
    name: { en: key },
    description: {},
    channels: ["email"],
    default: "opt_in",
    double_opt_in: true,
    archived: false,
    used_by: [],
    version: 1,
    created_at: AT,
    updated_at: AT,
    ...more,
  };
}
