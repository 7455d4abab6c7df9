/** What customers read where the company wrote nothing: the server's words, in the language of the customer. */
import type { Language, Purpose } from "@/api/consent";

type Texts = Record<Language, string>;

export const INTRO: Texts = {
  en: "Here you decide what {company} sends you, and what your data is used for.",
  nl: "Hier bepaal je wat {company} je stuurt, en waar je gegevens voor worden gebruikt.",
  sv: "Här bestämmer du vad {company} skickar till dig och vad dina uppgifter används till.",
  fy: "Hjir bepale jo wat {company} jo stjoert, en wêr't jo gegevens foar brûkt wurde.",
};

export const PURPOSE_TEXTS: Record<Purpose, Texts> = {
  marketing: {
    en: "Telling you about products and offers.",
    nl: "Je vertellen over producten en aanbiedingen.",
    sv: "Att berätta om produkter och erbjudanden.",
    fy: "Jo fertelle oer produkten en oanbiedingen.",
  },
  analytics: {
    en: "Understanding how our shop and messages are used.",
    nl: "Begrijpen hoe onze winkel en berichten worden gebruikt.",
    sv: "Att förstå hur butiken och meddelandena används.",
    fy: "Begripe hoe't ús winkel en berjochten brûkt wurde.",
  },
  personalisation: {
    en: "Showing what fits you.",
    nl: "Tonen wat bij je past.",
    sv: "Att visa det som passar dig.",
    fy: "Sjen litte wat by jo past.",
  },
  ads: {
    en: "Ads on other sites and social media.",
    nl: "Advertenties op andere sites en sociale media.",
    sv: "Annonser på andra webbplatser och i sociala medier.",
    fy: "Advertinsjes op oare sites en sosjale media.",
  },
};

export const MAIL_SUBJECT: Texts = {
  en: "Please confirm your subscription",
  nl: "Bevestig je aanmelding",
  sv: "Bekräfta din prenumeration",
  fy: "Befêstigje jo oanmelding",
};

export const MAIL_TEXT: Texts = {
  en: "Somebody, we hope you, asked {company} to write to this address. Please confirm that you want this:",
  nl: "Iemand, we hopen jij, heeft {company} gevraagd om naar dit adres te schrijven. Bevestig dat je dit wilt:",
  sv: "Någon, vi hoppas du, har bett {company} att skriva till den här adressen. Bekräfta att du vill det:",
  fy: "Immen, wy hoopje jo, hat {company} frege om nei dit adres te skriuwen. Befêstigje dat jo dit wolle:",
};

/** One of them with the name filled in as far as it is known. */
export const builtIn = (texts: Texts, language: Language, company: string) =>
  company.trim() === "" ? texts[language] : texts[language].replace("{company}", company.trim());
