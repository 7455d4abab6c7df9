/** Why an order event is no order, and what to do about it, in the reader's language. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";

export const REFUSALS: Record<string, { why: MessageDescriptor; help: MessageDescriptor }> = {
  amount_invalid: {
    why: msg`An amount is not a number`,
    help: msg`Have the shop send amounts as plain numbers with a decimal point, such as 89.95: no comma, no currency sign, no words.`,
  },
  amount_out_of_range: {
    why: msg`An amount is too large to be real`,
    help: msg`See whether the shop sends something else in this field, such as an article number.`,
  },
  currency_unknown: {
    why: msg`The currency does not exist`,
    help: msg`Have the shop send the three letters of a currency, such as EUR, SEK or USD.`,
  },
  currency_differs: {
    why: msg`The refund is in another currency than its order`,
    help: msg`Send the refund in the currency of the order. Until then the order keeps its full worth.`,
  },
};

export function useRefusalWords() {
  const { _ } = useLingui();
  return {
    why: (reason: string) => (REFUSALS[reason] ? _(REFUSALS[reason].why) : reason),
    help: (reason: string) => (REFUSALS[reason] ? _(REFUSALS[reason].help) : null),
  };
}
