/** Kinds of rules in words. */
import { useLingui } from "@lingui/react/macro";
import type { LeafKind } from "./model";

export function useKindWords(): Record<LeafKind, { name: string; about: string }> {
  const { t } = useLingui();
  return {
    trait: { name: t`Attribute`, about: t`what is known: country, loyalty level, birthday` },
    event: { name: t`Behaviour`, about: t`what somebody did or did not do: bought, viewed, called` },
    consent: { name: t`Consent`, about: t`what somebody allowed: a channel, a topic, a use of their data` },
    reachable: { name: t`Can be reached`, about: t`subscribed, has an address, not blocked` },
    segment: { name: t`Other segment`, about: t`in or not in a saved segment` },
  };
}
