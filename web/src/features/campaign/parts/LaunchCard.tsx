/** The last step: now, or by itself at a date and time. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, SegmentedControl, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Campaign, CampaignReview } from "@/api/types";
import { useCan } from "@/lib/session";
import { senderQuery } from "../queries";
import { Card } from "./Card";
import { LaunchNow } from "./LaunchNow";
import { ScheduleLaunch } from "./ScheduleLaunch";

type Props = { campaign: Campaign; review: CampaignReview | undefined; ready: boolean; settled: boolean };
type When = "now" | "later";

export function LaunchCard({ campaign, review, ready, settled }: Props) {
  const { t } = useLingui();
  const mayLaunch = useCan("campaign.launch");
  const [when, setWhen] = useState<When>("now");
  const sandboxed = useQuery({ ...senderQuery, enabled: useCan("sender.read") }).data?.channel === "sandbox";
  const why = !mayLaunch
    ? t`Your role may not launch campaigns.`
    : !review
      ? t`Choose a segment and write the e-mail first.`
      : !settled
        ? t`The numbers are being worked out.`
        : ready
          ? null
          : t`Solve what the review names first.`;
  return (
    <Card title={t`Launch`} state={ready ? "done" : "todo"}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          <Trans>
            The audience is fixed at launch. Each person gets the e-mail at most once, also when the server is restarted
            half-way or the campaign is paused and resumed.
          </Trans>
        </Text>
        {sandboxed && (
          <Alert color="blue" w="100%">
            <Trans>
              The sender is set to sandbox: nothing leaves this server, every message is in the sandbox inbox.
            </Trans>
          </Alert>
        )}
        <Text size="sm" c="dimmed">
          {t`Orders within ${campaign.conversion.window_days} days after a person reacts to it count as its result, online and in the shop.`}
        </Text>
        <SegmentedControl
          aria-label={t`When it starts`}
          value={when}
          onChange={(next) => setWhen(next as When)}
          data={[
            { value: "now", label: t`Now` },
            { value: "later", label: t`At a date and time` },
          ]}
        />
        {when === "now" ? (
          <LaunchNow campaign={campaign} review={review} why={why} />
        ) : (
          <ScheduleLaunch campaign={campaign} recipients={review?.recipients ?? 0} why={why} />
        )}
      </Stack>
    </Card>
  );
}
