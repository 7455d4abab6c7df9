/** The state of a campaign in a word and a colour: used by its own screens, home and people. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";
import { Badge } from "@mantine/core";

const STATES: Record<string, { label: MessageDescriptor; color: string }> = {
  draft: { label: msg`Draft`, color: "gray" },
  scheduled: { label: msg`Scheduled`, color: "blue" },
  launching: { label: msg`Starting`, color: "blue" },
  sending: { label: msg`Sending`, color: "indigo" },
  paused: { label: msg`Paused`, color: "orange" },
  finished: { label: msg`Finished`, color: "teal" },
  cancelled: { label: msg`Stopped`, color: "gray" },
};

export function CampaignState({ state }: { state: string }) {
  const { _ } = useLingui();
  const look = STATES[state];
  return (
    <Badge variant="light" color={look?.color ?? "gray"}>
      {look ? _(look.label) : state}
    </Badge>
  );
}
