/** Kinds of rules, and ways to say how often, in words. */
import { useLingui } from "@lingui/react/macro";
import type { AmountOp, ConditionWarning } from "@/api/types";
import type { HowOften } from "./how-often";
import type { LeafKind } from "./model";

export function useKindWords(): Record<LeafKind, { name: string; about: string }> {
  const { t } = useLingui();
  return {
    trait: { name: t`Attribute`, about: t`what is known: country, loyalty level, birthday` },
    event: { name: t`Behaviour`, about: t`what somebody did or did not do: bought, viewed, called` },
    sequence: {
      name: t`One after the other`,
      about: t`things done in an order: viewed, then bought, and after that not sent back`,
    },
    consent: { name: t`Consent`, about: t`what somebody allowed: a channel, a topic, a use of their data` },
    reachable: { name: t`Can be reached`, about: t`subscribed, has an address, not blocked` },
    segment: { name: t`Other segment`, about: t`in or not in a saved segment` },
    sample: { name: t`Random share`, about: t`part of all customers, always the same ones: to test or to compare` },
  };
}

export function useHowOftenWords(): Record<HowOften, string> {
  const { t } = useLingui();
  return {
    at_least: t`at least`,
    exactly: t`exactly`,
    at_most: t`at most`,
    first: t`for the first time`,
    last: t`for the last time`,
    sum: t`with a total of`,
    average: t`with an average of`,
    min: t`with the lowest`,
    max: t`with the highest`,
    distinct: t`with the number of different`,
  };
}

export function useAmountOpWords(): Record<AmountOp, string> {
  const { t } = useLingui();
  return {
    at_least: t`at least`,
    more_than: t`more than`,
    exactly: t`exactly`,
    at_most: t`at most`,
    less_than: t`less than`,
  };
}

/** What is odd about a rule that can be counted all the same; `name` is the event or attribute it is about. */
export function useWarningWords(): (warning: ConditionWarning, name: string) => string {
  const { t } = useLingui();
  return ({ code, detail }, name) => {
    if (code === "trait_never_seen") return t`No customer has “${name}” yet.`;
    if (code === "event_never_seen") return t`“${name}” has not happened yet.`;
    if (code === "event_not_behaviour")
      return t`“${name}” tells of a customer and is nothing they did. Ask for an attribute instead.`;
    if (code === "event_beyond_limit")
      return t`There are more event names than can be asked for, and “${name}” is one too many: nobody is counted for it.`;
    if (code === "segment_unknown") return t`This segment is not there any more.`;
    return detail;
  };
}
