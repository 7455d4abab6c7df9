/** What the server says about products and feeds, in the reader's words. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui as useI18n } from "@lingui/react";
import { useLingui } from "@lingui/react/macro";
import type { Availability, FeedRun, Product } from "@/api/products";
import * as format from "@/lib/format";
import { useSourceName } from "@/lib/sources";
import type { StateLooks } from "@/ui/StateBadge";
import { type Gone, partsOf, type RunLook, UPLOAD } from "./model";

export const AVAILABILITY_LOOKS: Record<Availability, StateLooks[string]> = {
  in_stock: { label: msg`In stock`, color: "teal" },
  out_of_stock: { label: msg`Out of stock`, color: "red" },
  preorder: { label: msg`Can be pre-ordered`, color: "indigo" },
  backorder: { label: msg`On back-order`, color: "orange" },
};

export const RUN_LOOKS: Record<RunLook, StateLooks[string]> = {
  staging: { label: msg`Being read`, color: "indigo" },
  applying: { label: msg`Being applied`, color: "indigo" },
  done: { label: msg`Finished`, color: "teal" },
  held: { label: msg`Waits for you`, color: "orange" },
  refused: { label: msg`Refused`, color: "red" },
  interrupted: { label: msg`Interrupted`, color: "gray" },
  overtaken: { label: msg`Overtaken`, color: "gray" },
};

export function useAvailabilityWords(): (availability: Availability | null) => string {
  const { _ } = useI18n();
  const { t } = useLingui();
  return (availability) => (availability ? _(AVAILABILITY_LOOKS[availability].label) : t`Not said`);
}

export function useGoneWords(): Record<Gone, string> {
  const { t } = useLingui();
  return { no: t`In the catalogue`, only: t`Gone`, any: t`Also those that are gone` };
}

/** A feed as people know it: the connection by its name, an upload by what it was called. */
export function useFeedName(): (source: string) => string {
  const { t } = useLingui();
  const sourceName = useSourceName();
  return (source) => (source === UPLOAD ? t`Upload` : sourceName(source));
}

export function useConditionWords(): Record<NonNullable<Product["condition"]>, string> {
  const { t } = useLingui();
  return { new: t`New`, refurbished: t`Refurbished`, used: t`Used` };
}

export function useGenderWords(): Record<NonNullable<Product["gender"]>, string> {
  const { t } = useLingui();
  return { male: t`Men`, female: t`Women`, unisex: t`Everybody` };
}

export function useAgeWords(): Record<NonNullable<Product["age_group"]>, string> {
  const { t } = useLingui();
  return {
    newborn: t`Newborns`,
    infant: t`Babies`,
    toddler: t`Toddlers`,
    kids: t`Children`,
    adult: t`Adults`,
  };
}

/** Why an item of a feed was not used, by the server's codes. */
export const REFUSALS: Record<string, MessageDescriptor> = {
  missing_attribute: msg`Something every product needs is missing`,
  duplicate_id: msg`This ID is in the file twice: the first one counts`,
  text_too_long: msg`The text is too long`,
  price_without_currency: msg`The price has no currency`,
  bad_price: msg`This is not a price`,
  bad_availability: msg`This is no availability`,
  bad_value: msg`This value is not one of those that exist`,
  bad_link: msg`This is not an address of the web`,
  bad_date: msg`This is not a date`,
  bad_gtin: msg`This is not a GTIN: its check digit is wrong, or its length`,
  unknown_entity: msg`A sign is written in a way that does not exist`,
  unreadable_item: msg`It cannot be read`,
  stray_quote: msg`A quotation mark opens and is not closed where its text ends: what follows was read as one text`,
};

export function useRefusalWords(): (item: { code: string; detail: string }) => string {
  const { _ } = useI18n();
  return ({ code, detail }) => {
    const words = REFUSALS[code];
    return words ? _(words) : detail;
  };
}

/** What to write instead, by code. */
const HINTS: Record<string, MessageDescriptor> = {
  price_without_currency: msg`Write it with the currency, such as 12.90 EUR.`,
  bad_price: msg`Write it such as 12.90 EUR.`,
  bad_availability: msg`It is in_stock, out_of_stock, preorder or backorder.`,
  bad_link: msg`It begins with https://.`,
  bad_date: msg`Write it such as 2026-11-22T13:00+01:00.`,
};

/** Codes whose words leave nothing to add. */
const SAID_WHOLLY = ["missing_attribute", "duplicate_id"];

export type RefusalDetail = { value: string | null; hint: string | null; english: string | null };

/** The line below the reason: the value as it came and what to write instead; else the server's own words. */
export function useRefusalDetail(): (item: { code: string; detail: string }) => RefusalDetail {
  const { _ } = useI18n();
  const { t } = useLingui();
  return ({ code, detail }) => {
    const { value, length, allowed } = partsOf(detail);
    const hint = HINTS[code];
    const nothing: RefusalDetail = { value: null, hint: null, english: null };
    if (length !== null && allowed !== null) {
      const [has, may] = [format.number(length), format.number(allowed)];
      return { ...nothing, hint: t`It has ${has} characters; ${may} are allowed.` };
    }
    if (value !== null && (hint || code === "bad_gtin")) return { ...nothing, value, hint: hint ? _(hint) : null };
    return !(code in REFUSALS) || SAID_WHOLLY.includes(code) ? nothing : { ...nothing, english: detail };
  };
}

/** Formats are names, the same in every language. */
export const FORMATS: Record<NonNullable<FeedRun["format"]>, string> = {
  xml: "XML",
  csv: "CSV",
  tsv: "TSV",
  jsonl: "JSON Lines",
};
