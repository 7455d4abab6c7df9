/** What became of one message, in a word and a colour. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";
import { Badge } from "@mantine/core";

const STATES: Record<string, { label: MessageDescriptor; color: string }> = {
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
  const { _ } = useLingui();
  const look = STATES[state];
  return (
    <Badge variant="light" color={look?.color ?? "gray"}>
      {look ? _(look.label) : state}
    </Badge>
  );
}
