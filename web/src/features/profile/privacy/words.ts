/** What goes and what stays of a person who is made anonymous, in words. */
import { plural, t } from "@lingui/core/macro";
import * as format from "@/lib/format";
import type { Part } from "./types";

/** Without a count: all there is. */
function goesWords({ what, count }: Part): string {
  const words: Record<string, string> = {
    identifiers: plural(count ?? 0, {
      one: "# identifier: e-mail address, phone number or ID",
      other: "# identifiers: e-mail addresses, phone numbers and IDs",
    }),
    traits: plural(count ?? 0, {
      one: "# attribute, such as name or city",
      other: "# attributes, such as name and city",
    }),
    consent: t`What they allowed, with its proof`,
    messages: t`Messages sent to them, with what they opened and clicked`,
    devices: t`Their devices`,
    free_text: t`Free text, page addresses, IP addresses and all other details of their events`,
    memberships: t`Their place in segments and companies`,
  };
  return words[what] ?? what;
}

function staysWords({ what, count }: Part): string {
  const words: Record<string, string> = {
    events: plural(count ?? 0, { one: "# event that belongs to nobody", other: "# events that belong to nobody" }),
    orders: plural(count ?? 0, {
      one: "# order in the reports, without a customer",
      other: "# orders in the reports, without a customer",
    }),
    suppression: t`A fingerprint of their addresses, so that nothing is sent there if they were blocked`,
  };
  return words[what] ?? what;
}

/** What there is none of is not worth a line. */
const some = ({ count }: Part) => count !== 0;

export const goesLines = (parts: Part[]): string[] => parts.filter(some).map(goesWords);
export const staysLines = (parts: Part[]): string[] => parts.filter(some).map(staysWords);

/** "Order Completed (3), Page Viewed (40)", at most `limit` of them. */
export function eventsText(events: { name: string; events: number }[], limit: number): string {
  const names = events.slice(0, limit).map((one) => `${one.name} (${format.number(one.events)})`);
  return names.join(", ") + (events.length > limit ? ", …" : "");
}
