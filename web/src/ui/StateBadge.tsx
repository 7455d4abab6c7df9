/** A state as a word and a colour; a state without words is shown as the server calls it. */
import type { MessageDescriptor } from "@lingui/core";
import { useLingui } from "@lingui/react";
import { Badge } from "@mantine/core";

export type StateLooks = Record<string, { label: MessageDescriptor; color: string }>;

export function StateBadge({ looks, state }: { looks: StateLooks; state: string }) {
  const { _ } = useLingui();
  const look = looks[state];
  return (
    <Badge variant="light" color={look?.color ?? "gray"} miw="max-content">
      {look ? _(look.label) : state}
    </Badge>
  );
}
