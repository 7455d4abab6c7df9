/** What became of one message, in a word and a colour. */
import { msg } from "@lingui/core/macro";
import { StateBadge, type StateLooks } from "./StateBadge";

const STATES: StateLooks = {
  pending: { label: msg`Waiting`, color: "gray" },
  sending: { label: msg`Sending`, color: "indigo" },
  sent: { label: msg`Sent`, color: "blue" },
  delivered: { label: msg`Delivered`, color: "teal" },
  bounced: { label: msg`Bounced`, color: "red" },
  failed: { label: msg`Failed`, color: "red" },
  skipped: { label: msg`Left out`, color: "gray" },
  unconfirmed: { label: msg`Unconfirmed`, color: "orange" },
};

export function MessageState({ state }: { state: string }) {
  return <StateBadge looks={STATES} state={state} />;
}
