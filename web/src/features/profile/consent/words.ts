/** Why something may not be sent, how it is known, and wishes, in words. */
import { useLingui } from "@lingui/react/macro";
import type { Frequency } from "@/api/consent";
import { useBasisNames } from "@/lib/consent-words";
import { useSourceName } from "@/lib/sources";
import type { ProofLine } from "./model";

/** Why something may not be sent; "allowed" needs no words. */
export const WHY_CODES = [
  "suppressed",
  "no_consent",
  "unsubscribed",
  "not_confirmed",
  "marketing_refused",
  "topic_unsubscribed",
  "topic_not_asked",
  "paused",
  "too_often",
] as const;

export function useWhyWords(): (why: string | undefined) => string | null {
  const { t } = useLingui();
  const known: Record<(typeof WHY_CODES)[number], string> = {
    suppressed: t`blocked: on the suppression list`,
    no_consent: t`not subscribed to the channel`,
    unsubscribed: t`unsubscribed from the channel`,
    not_confirmed: t`the address is not confirmed yet`,
    marketing_refused: t`wants no marketing messages`,
    topic_unsubscribed: t`unsubscribed from the topic`,
    topic_not_asked: t`never said yes to the topic`,
    paused: t`has asked for a pause`,
    too_often: t`wants fewer messages`,
  };
  const words: Record<string, string> = known;
  return (why) => (why === undefined || why === "allowed" ? null : (words[why] ?? why));
}

/** How somebody who changed it said they know; the API takes any word. */
export function useMethodWords(): Record<string, string> {
  const { t } = useLingui();
  return {
    phone: t`Said so by phone`,
    in_person: t`Said so in the shop`,
    written: t`Wrote so`,
    form: t`Filled in a form`,
  };
}

function useOtherMethods(): Record<string, string> {
  const { t } = useLingui();
  return {
    double_opt_in: t`Confirmed from the mailbox`,
    preference_page: t`Chose it on the preference page`,
    preferences: t`Chose it on the preference page`,
    one_click: t`Used the unsubscribe button of the mail program`,
    trait: t`Sent as an attribute`,
    categories: t`Chosen in a cookie banner`,
    import: t`Came with an import`,
  };
}

/** One line of a proof: what it is, and the value in words. */
export function useProofWords(): (line: ProofLine) => { name: string; value: string } {
  const { t } = useLingui();
  const methods = { ...useOtherMethods(), ...useMethodWords() };
  const bases: Record<string, string> = useBasisNames();
  const sourceName = useSourceName();
  const names: Record<ProofLine["what"], string> = {
    text: t`What was said or shown`,
    text_version: t`Version of the text`,
    method: t`How`,
    source: t`Through`,
    basis: t`Lawful basis`,
    ip: t`Network address, shortened`,
    event: t`Event`,
  };
  return ({ what, value }) => {
    const words = { method: methods[value], basis: bases[value], source: sourceName(value) } as Record<string, string>;
    return { name: names[what], value: words[what] ?? value };
  };
}

export function useFrequencyWords(): Record<Frequency, string> {
  const { t } = useLingui();
  return { all: t`Everything`, weekly: t`At most one a week`, monthly: t`At most one a month` };
}
