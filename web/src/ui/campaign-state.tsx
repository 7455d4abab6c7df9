/** The state of a campaign in a word and a colour: used by its own screens, home and people. */
import { msg } from "@lingui/core/macro";
import { StateBadge, type StateLooks } from "./StateBadge";

const STATES: StateLooks = {
  draft: { label: msg`Draft`, color: "gray" },
  scheduled: { label: msg`Scheduled`, color: "blue" },
  launching: { label: msg`Starting`, color: "blue" },
  sending: { label: msg`Sending`, color: "indigo" },
  paused: { label: msg`Paused`, color: "orange" },
  finished: { label: msg`Finished`, color: "teal" },
  cancelled: { label: msg`Stopped`, color: "gray" },
};

export function CampaignState({ state }: { state: string }) {
  return <StateBadge looks={STATES} state={state} />;
}
