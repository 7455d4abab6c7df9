/** What the server says about companies, in the reader's words. */
import { useLingui } from "@lingui/react/macro";
import { ApiError } from "@/api/errors";
import { NOTHING } from "@/lib/format";
import { useSourceName } from "@/lib/sources";
import { useChannelLabel } from "@/ui/channels";
import type { Order } from "./model";

export function useOrderWords(): Record<Order, string> {
  const { t } = useLingui();
  return { last_seen: t`Seen last first`, name: t`By name`, members: t`Most members first` };
}

/** What came by no source of one's own has a name too. */
const INSIDE = ["import", "system"];

export function useOrigin(): (source: string | null) => string {
  const sourceName = useSourceName();
  const channel = useChannelLabel();
  return (source) => {
    if (!source) return NOTHING;
    return INSIDE.includes(source) ? channel(source) : sourceName(source);
  };
}

/** What is wrong with what was typed, by the field's place: "/group_id" is "group_id". */
export function useFieldProblems(): (error: unknown) => Record<string, string> {
  const { t } = useLingui();
  const words: Record<string, string> = {
    bad_group_id: t`This cannot be an ID: it is empty, too long, or a word such as “null”`,
    bad_name: t`This name cannot be used`,
    reserved: t`Role and left belong to a member, not to the company`,
    too_large: t`This is too long`,
    too_many_traits: t`A company has 200 attributes at most`,
  };
  return (error) => {
    if (!(error instanceof ApiError)) return {};
    const problems = error.problem.errors ?? [];
    return Object.fromEntries(
      problems.map(({ pointer, code, detail }) => [
        pointer.replace(/^\//, "").replaceAll("/", "."),
        words[code] ?? detail,
      ]),
    );
  };
}
