/** What the server says about joining and parting, in the reader's words. */
import { useLingui } from "@lingui/react/macro";
import { NOTHING } from "@/lib/format";
import { useSourceName } from "@/lib/sources";
import { useChannelLabel } from "@/ui/channels";
import { mergeReason, type Warning, type WhyKept } from "./model";
import type { Conflict } from "./types";

export function useIdentifierNames(): (kind: string) => string {
  const { t } = useLingui();
  const names: Record<string, string> = {
    user_id: t`Customer number`,
    anonymous_id: t`Browser or device`,
    email: t`E-mail`,
    gmail_mailbox: t`Gmail mailbox`,
    phone: t`Phone`,
    loyalty_card: t`Loyalty card`,
  };
  return (kind) => names[kind] ?? kind;
}

/** What came by no source of one's own has a name too. */
const INSIDE = ["import", "system"];

export function useOrigin(): (of: { source?: string | null }) => string {
  const sourceName = useSourceName();
  const channel = useChannelLabel();
  return ({ source }) => {
    if (!source) return NOTHING;
    return INSIDE.includes(source) ? channel(source) : sourceName(source);
  };
}

export function useMergeWords(): (reason: string) => string {
  const { t } = useLingui();
  const name = useIdentifierNames();
  return (reason) => {
    const said = mergeReason(reason);
    if (!said) return reason;
    const kind = name(said.kind);
    switch (said.how) {
      case "by_hand":
        return t`Merged by hand`;
      case "identify":
        return t`${kind}: given by signing in or in a form`;
      case "alias":
        return t`${kind}: a connected system said both are one person`;
      case "event":
        return t`${kind}: one event named both`;
    }
  };
}

/** What was refused and why. `other` is the other person's name, "" when there is none. */
export function useConflictWords(): (conflict: Conflict, ours: boolean, other: string) => string {
  const { t } = useLingui();
  return ({ reason }, ours, other) => {
    if (!other && reason !== "limit") return t`Settled by a merge: both are this customer now.`;
    switch (reason) {
      case "limit":
        if (!ours) return t`It was not joined with ${other}: they have as many of this kind as one customer may have.`;
        return other
          ? t`It was not joined with ${other}: together they would have more of this kind than one customer may have.`
          : t`It was not added: this customer has as many of this kind as one customer may have.`;
      case "other_profile":
        return ours
          ? t`This customer used it too, but it belongs to ${other}. Nothing was joined.`
          : t`${other} used it too, but it belongs to this customer. Nothing was joined.`;
      case "kept_apart":
        return t`It would have joined this customer with ${other}, but somebody split these two by hand: they stay apart.`;
      default:
        return reason;
    }
  };
}

export function useWarningWords(): (warning: Warning) => string {
  const { t } = useLingui();
  const name = useIdentifierNames();
  return (warning) => {
    switch (warning.about) {
      case "kept_apart":
        return t`Somebody split these two by hand earlier. Merging joins them again.`;
      case "other":
        return warning.code;
      case "many":
        break;
    }
    switch (warning.kind) {
      case "user_id":
        return t`They have different customer numbers. Are they one person?`;
      case "email":
        return t`Together they have more e-mail addresses than the rules would join by themselves.`;
      case "phone":
        return t`Together they have more phone numbers than the rules would join by themselves.`;
      default: {
        const kind = name(warning.kind);
        return t`Together they have more of this kind than the rules would join by themselves: ${kind}.`;
      }
    }
  };
}

export function useWhyKeptWords(): Record<WhyKept, string> {
  const { t } = useLingui();
  return {
    only: t`stays: the only one known`,
    same: t`stays: both say the same`,
    earliest: t`stays: the first one counts`,
    latest: t`stays: changed last`,
  };
}
