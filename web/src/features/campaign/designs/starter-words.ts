/** The designs that come with the program, in the reader's language; one without words here is named by the server. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";
import type { Starter } from "@/api/types";

const STARTERS: Record<string, { name: MessageDescriptor; about: MessageDescriptor }> = {
  welcome: { name: msg`Welcome`, about: msg`A warm first message with what to expect and a first step.` },
  new_collection: { name: msg`New collection`, about: msg`A full-width announcement with three products.` },
  win_back: {
    name: msg`We miss you`,
    about: msg`A friendly reminder with an offer for people who have not bought for a while.`,
  },
  sale: { name: msg`Sale`, about: msg`Bold, short, one clear offer with an end date.` },
  order_follow_up: {
    name: msg`After the order`,
    about: msg`Care tips and a request for a review, a week after the order.`,
  },
  letter: { name: msg`Plain letter`, about: msg`Text only, as a person would write it. Often read best.` },
};

export function useStarterWords() {
  const { _ } = useLingui();
  return ({ id, name, description }: Starter): { name: string; about: string } => {
    const words = STARTERS[id];
    return words ? { name: _(words.name), about: _(words.about) } : { name, about: description };
  };
}
