/** The four languages: which one to use, and loading its catalogue. */
import { i18n } from "@lingui/core";
import { INTL_LOCALE, setFormatContext } from "@/lib/format";

export const LOCALES = { en: "English", nl: "Nederlands", sv: "Svenska", fy: "Frysk" } as const;
export type Locale = keyof typeof LOCALES;

const STORED = "tutti.locale";

export function isLocale(value: unknown): value is Locale {
  return typeof value === "string" && value in LOCALES;
}

/** The person's stored choice, else the first language of the browser that we speak. */
export function initialLocale(): Locale {
  const stored = localStorage.getItem(STORED);
  if (isLocale(stored)) return stored;
  const spoken = navigator.languages.map((tag) => tag.split("-", 1)[0]).find(isLocale);
  return spoken ?? "en";
}

const CATALOGUES: Record<Locale, () => Promise<{ messages: Parameters<typeof i18n.load>[1] }>> = {
  en: () => import("./locales/en"),
  nl: () => import("./locales/nl"),
  sv: () => import("./locales/sv"),
  fy: () => import("./locales/fy"),
};

export async function activateLocale(locale: Locale): Promise<void> {
  const { messages } = await CATALOGUES[locale]();
  // Numbers inside sentences are written as everywhere else, also where the browser knows little of the language.
  i18n.loadAndActivate({ locale, locales: INTL_LOCALE[locale], messages });
  setFormatContext({ locale });
  localStorage.setItem(STORED, locale);
  document.documentElement.lang = locale;
}
