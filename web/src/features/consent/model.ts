/** Order, keys, languages, contrast and counts of consent settings. Pure. */
import { LANGUAGES, type Language, type Localised, type Topic } from "@/api/consent";
import type { ConsentSettings, SubjectCount, Summary, TopicBody } from "./types";

const KEY_LENGTH_MAX = 40;

/** A key made from a name: "Nieuws & acties" becomes "nieuws-acties". */
export function keyOf(name: string): string {
  const plain = name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const joined = plain.replace(/[^a-z0-9_]+/g, "-").replace(/^-+|-+$/g, "");
  return joined.slice(0, KEY_LENGTH_MAX).replace(/-+$/, "");
}

export const isKey = (key: string) => /^[a-z0-9_-]{1,40}$/.test(key);

/** One place up (-1) or down (+1), or to where another stands. */
export function moved<T>(list: T[], from: number, to: number): T[] {
  if (from < 0 || from >= list.length || to < 0 || to >= list.length || from === to) return list;
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one !== undefined) next.splice(to, 0, one);
  return next;
}

export function withText(text: Localised, language: Language, value: string): Localised {
  return { ...text, [language]: value };
}

/** Languages without a text; none when nothing is written at all, because then built-in words are used. */
export function missingLanguages(text: Localised): Language[] {
  const has = (language: Language) => (text[language]?.trim() ?? "") !== "";
  return LANGUAGES.some(has) ? LANGUAGES.filter((language) => !has(language)) : [];
}

/** What is sent: blanks around a text go, and so do languages without one. */
export function cleaned(text: Localised): Localised {
  const entries = LANGUAGES.map((language) => [language, text[language]?.trim() ?? ""] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}

export function cleanSettings(settings: ConsentSettings): ConsentSettings {
  return {
    ...settings,
    company: settings.company.trim(),
    logo_url: settings.logo_url.trim(),
    privacy_url: settings.privacy_url.trim(),
    text_version: settings.text_version.trim(),
    intro: cleaned(settings.intro),
    purposes: settings.purposes.map((one) => ({ ...one, text: cleaned(one.text) })),
    confirmation: { subject: cleaned(settings.confirmation.subject), text: cleaned(settings.confirmation.text) },
  };
}

export const sameSettings = (one: ConsentSettings, other: ConsentSettings) =>
  JSON.stringify(cleanSettings(one)) === JSON.stringify(cleanSettings(other));

export const EMPTY_TOPIC: TopicBody = {
  name: {},
  description: {},
  channels: ["email"],
  default: "opt_in",
  double_opt_in: true,
};

export function bodyOf({ name, description, channels, default: start, double_opt_in }: Topic): TopicBody {
  return { name, description, channels, default: start, double_opt_in };
}

export const cleanTopic = (body: TopicBody): TopicBody => ({
  ...body,
  name: cleaned(body.name),
  description: cleaned(body.description),
});

/** A picture kept with the settings; a larger one belongs on a web server. */
export const LOGO_BYTES_MAX = 200 * 1024;

/** Whether a data URL is a picture the server takes; its length counts as sent. */
export const fitsAsLogo = (url: string) =>
  /^data:image\/(png|jpeg|webp|gif|svg\+xml);base64,/.test(url) && url.length <= LOGO_BYTES_MAX;

// Contrast, as WCAG 2.2 counts it

const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;
/** The least for text of normal size (WCAG 1.4.3). */
export const CONTRAST_MIN = 4.5;
const WHITE = "#ffffff";

function channelsOf(color: string): [number, number, number] | null {
  const found = HEX.exec(color);
  return found ? ([1, 2, 3].map((at) => Number.parseInt(found[at] ?? "0", 16)) as [number, number, number]) : null;
}

/** Relative luminance, 0 (black) to 1 (white). */
function luminance(rgb: number[]): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** 1 to 21; null when one of them is no colour. */
export function contrast(one: string, other = WHITE): number | null {
  const [a, b] = [channelsOf(one), channelsOf(other)];
  if (!a || !b) return null;
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const STEPS = 100;

/** The same colour, only as much darker as white text on it needs. */
export function darkEnough(color: string): string {
  const rgb = channelsOf(color);
  if (!rgb) return color;
  for (let step = 0; step <= STEPS; step += 1) {
    const next = `#${rgb
      .map((value) =>
        Math.floor(value * (1 - step / STEPS))
          .toString(16)
          .padStart(2, "0"),
      )
      .join("")}`;
    if ((contrast(next) ?? 0) >= CONTRAST_MIN) return next;
  }
  return "#000000";
}

// Counts

export type Counts = { subscribed: number; pending: number; unsubscribed: number; never: number };

const NOBODY = { subscribed: 0, unsubscribed: 0, pending: 0 };

/** What people said about a subject; whoever said nothing was never asked. */
export function countsOf(summary: Summary, subject: string): Counts {
  const found = summary.subjects.find((one) => one.subject === subject) ?? { ...NOBODY, subject };
  const { subscribed, pending, unsubscribed } = found;
  return {
    subscribed,
    pending,
    unsubscribed,
    never: Math.max(summary.people - subscribed - pending - unsubscribed, 0),
  };
}

/** A topic in one number each: of the topic itself and its channels the one most people said something about. */
export function topicCounts(summary: Summary, key: string): Counts {
  const said = ({ subscribed, unsubscribed, pending }: SubjectCount) => subscribed + unsubscribed + pending;
  const own = summary.subjects.filter(
    ({ subject }) => subject === `topic:${key}` || subject.startsWith(`topic:${key}/`),
  );
  const most = [...own].sort((a, b) => said(b) - said(a))[0];
  return countsOf(summary, most?.subject ?? `topic:${key}`);
}

// The preview, and the form to copy

export type Scheme = "light" | "dark";

/** A page as somebody sees it whose device is light or dark: its own rules for dark are made to hold, or not to. */
export function inScheme(html: string, scheme: Scheme): string {
  const rules = html.replace(/\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/gi, (_, asked: string) =>
    asked.toLowerCase() === scheme ? "(min-width: 0)" : "(max-width: 0)",
  );
  // At the end of the head: after the page's own rules, and never before the doctype.
  const own = `<style>:root{color-scheme:${scheme}}</style>`;
  return /<\/head>/i.test(rules) ? rules.replace(/<\/head>/i, (end) => own + end) : rules + own;
}

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);

export type FormWords = { email: string; submit: string; sentence: string };
export type FormTopic = { key: string; name: string };

/** A sign-up form for any website; it works without a script. */
export function signUpForm(
  origin: string,
  writeKey: string,
  language: Language,
  textVersion: string,
  topics: FormTopic[],
  words: FormWords,
): string {
  const hidden = (name: string, value: string) => `  <input type="hidden" name="${name}" value="${escaped(value)}">`;
  const box = ({ key, name }: FormTopic) =>
    `  <label><input type="checkbox" name="topics" value="${escaped(key)}"> ${escaped(name)}</label>`;
  return [
    `<form action="${escaped(origin)}/v1/subscribe" method="post">`,
    hidden("writeKey", writeKey),
    hidden("language", language),
    hidden("text", words.sentence),
    ...(textVersion ? [hidden("text_version", textVersion)] : []),
    `  <label>${escaped(words.email)} <input type="email" name="email" required autocomplete="email"></label>`,
    ...topics.map(box),
    // A field that only programs see and fill in: what they send is not taken.
    '  <input name="website" hidden tabindex="-1" autocomplete="off">',
    `  <p>${escaped(words.sentence)}</p>`,
    `  <button type="submit">${escaped(words.submit)}</button>`,
    "</form>",
  ].join("\n");
}
