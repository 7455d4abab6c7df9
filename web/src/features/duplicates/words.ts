/** How sure, how alike and how much it counts, in words. */
import { useLingui } from "@lingui/react/macro";
import * as format from "@/lib/format";
import { type Strength, type Sureness, shownShare, strength } from "./model";
import type { Evidence, Step } from "./types";

export function useSurenessWords(): Record<Sureness, string> {
  const { t } = useLingui();
  return {
    almost_certain: t`almost certain`,
    very_likely: t`very likely`,
    likely: t`likely`,
    possible: t`possible`,
  };
}

export function useShareText(): (probability: number) => string {
  const { t } = useLingui();
  return (probability) => {
    const { share, over } = shownShare(probability);
    const text = format.percent(share);
    return over ? t`over ${text}` : text;
  };
}

export function useFieldNames(): (field: string) => string {
  const { t } = useLingui();
  const names: Record<string, string> = {
    first_name: t`First name`,
    last_name: t`Last name`,
    surname: t`Last name`,
    date_of_birth: t`Date of birth`,
    email: t`E-mail`,
    phone: t`Phone`,
    street: t`Street`,
    postal_code: t`Postcode`,
    city: t`City`,
    country: t`Country`,
  };
  return (field) => names[field] ?? field;
}

/** The levels of crates/matching/src/field.rs; others are shown as the server calls them. */
function useLevelNames(): Record<string, string> {
  const { t } = useLingui();
  return {
    exact: t`the same`,
    almost: t`almost the same`,
    "sounds alike": t`sounds alike`,
    "given and family name swapped": t`first and last name swapped`,
    "one edit": t`one character differs`,
    "two edits": t`two characters differ`,
    "one or two edits": t`one or two characters differ`,
    "two edits or very similar": t`two characters differ, or very similar`,
    "same beginning or two edits": t`same beginning, or two characters differ`,
    "one edit or sounds alike": t`one character differs, or sounds alike`,
    "one edit, or day and month swapped": t`one digit differs, or day and month swapped`,
    "two parts equal or within a month": t`two of day, month and year the same, or within a month`,
    "within a year": t`within a year`,
    "sounds alike or very similar": t`sounds alike, or very similar`,
    "very similar": t`very similar`,
    similar: t`similar`,
    "same words": t`the same words in another order`,
    "shares a word": t`one word is the same`,
    "same name, other domain": t`same before the @, different after it`,
    different: t`different`,
  };
}

export function useLevelWords(): (level: string | null | undefined) => string {
  const { t } = useLingui();
  const names = useLevelNames();
  return (level) => (level == null ? t`not known of both` : (names[level] ?? level));
}

/** How much a field counts. Something that is not known of both counts for nothing. */
export function useStrengthWords(): (evidence: Pick<Evidence, "bits" | "level">) => string {
  const { t } = useLingui();
  const speaksFor: Record<Strength, string> = {
    none: t`says little either way`,
    little: t`speaks a little for it`,
    clear: t`speaks clearly for it`,
    strong: t`speaks strongly for it`,
  };
  const speaksAgainst: Record<Strength, string> = {
    none: speaksFor.none,
    little: t`speaks a little against it`,
    clear: t`speaks clearly against it`,
    strong: t`speaks strongly against it`,
  };
  return ({ bits, level }) => {
    if (level == null && bits === 0) return t`does not count`;
    return (bits < 0 ? speaksAgainst : speaksFor)[strength(bits)];
  };
}

export function useStepWords(): Record<Step, string> {
  const { t } = useLingui();
  return {
    reading: t`Reading what is known about people`,
    comparing: t`Comparing people who look alike`,
    writing: t`Writing down who may be the same`,
  };
}

/** With a sign, as small print. */
export function useBitsText(): (bits: number) => string {
  const { t } = useLingui();
  return (bits) => {
    const sign = bits > 0 ? "+" : "";
    const amount = `${sign}${format.number(bits, 1)}`.replace("-", "−");
    return t`${amount} bits`;
  };
}
