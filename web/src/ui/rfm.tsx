/** The eleven names of how a customer stands by recency, frequency and money. */
import { useLingui } from "@lingui/react/macro";

export const RFM_COLORS: Record<string, string> = {
  champions: "teal",
  loyal: "teal",
  potential_loyalist: "teal",
  new: "blue",
  promising: "blue",
  needs_attention: "yellow",
  about_to_sleep: "yellow",
  at_risk: "orange",
  cannot_lose: "red",
  hibernating: "gray",
  lost: "gray",
};

/** The names of the eleven segments, and what each of them means. */
export function useRfmWords(): Record<string, { name: string; meaning: string }> {
  const { t } = useLingui();
  return {
    champions: { name: t`Champion`, meaning: t`Ordered just now, orders often, spends most.` },
    loyal: { name: t`Loyal`, meaning: t`Orders often and spends well.` },
    potential_loyalist: { name: t`Potential loyalist`, meaning: t`Ordered lately, and a fair amount so far.` },
    new: { name: t`New`, meaning: t`Ordered just now, and little so far.` },
    promising: { name: t`Promising`, meaning: t`Ordered lately, and little so far.` },
    needs_attention: { name: t`Needs attention`, meaning: t`In the middle of everything, and not lately.` },
    about_to_sleep: { name: t`About to sleep`, meaning: t`Ordered little, and not lately.` },
    at_risk: { name: t`At risk`, meaning: t`Ordered often, but long ago.` },
    cannot_lose: { name: t`Cannot lose`, meaning: t`Was one of the best, but ordered long ago.` },
    hibernating: { name: t`Hibernating`, meaning: t`Ordered little, and long ago.` },
    lost: { name: t`Lost`, meaning: t`Lowest in everything.` },
  };
}
