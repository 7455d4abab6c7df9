/** The last step: says what will happen, asks for the number above a hundred people, starts. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Stack, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconSend } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { isStatus } from "@/api/errors";
import { queryClient } from "@/api/query";
import type { Campaign, CampaignReview } from "@/api/types";
import * as format from "@/lib/format";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { ConfirmDialog } from "@/ui/confirm";
import { ErrorPanel } from "@/ui/states";
import { TYPED_ABOVE } from "../model";
import { campaignChanged, campaignPath, senderQuery } from "../queries";
import { Card } from "./Card";

type Props = { campaign: Campaign; review: CampaignReview | undefined; ready: boolean; settled: boolean };

export function LaunchCard({ campaign, review, ready, settled }: Props) {
  const { t } = useLingui();
  const go = useGo();
  const mayLaunch = useCan("campaign.launch");
  const [asking, ask] = useDisclosure(false);
  const sandboxed = useQuery({ ...senderQuery, enabled: useCan("sender.read") }).data?.channel === "sandbox";
  const recipients = review?.recipients ?? 0;
  const launch = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.post<Campaign>(`${campaignPath(campaign.id)}/launch`, { confirm_recipients: recipients }),
    onSuccess: (launched) => {
      ask.close();
      campaignChanged(launched);
      go(paths.campaign(campaign.id));
    },
    onError: (error) => {
      // The audience has changed since the review: show the new numbers before asking again.
      if (isStatus(error, 409)) void queryClient.invalidateQueries({ queryKey: ["campaigns", campaign.id, "review"] });
    },
  });
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
        <Tooltip label={why ?? ""} disabled={why === null}>
          <Button
            size="md"
            leftSection={<IconSend size={18} aria-hidden />}
            aria-disabled={why !== null}
            data-disabled={why !== null || undefined}
            onClick={() => why === null && ask.open()}
          >
            {ready ? (
              <Plural value={recipients} one="Launch to # person" other="Launch to # people" />
            ) : (
              <Trans>Launch</Trans>
            )}
          </Button>
        </Tooltip>
        {why && (
          <Text size="sm" c="dimmed">
            {why}
          </Text>
        )}
      </Stack>
      <ConfirmDialog
        opened={asking}
        onClose={() => {
          launch.reset();
          ask.close();
        }}
        title={t`Launch “${campaign.name}”`}
        confirmLabel={t`Launch now`}
        danger={false}
        typed={recipients > TYPED_ABOVE ? String(recipients) : undefined}
        loading={launch.isPending}
        onConfirm={() => launch.mutate()}
      >
        <Stack gap="sm">
          <Text size="sm">
            <Plural
              value={recipients}
              one="# person gets this e-mail now. What has been sent cannot be taken back; you can pause and stop the rest."
              other="# people get this e-mail now. What has been sent cannot be taken back; you can pause and stop the rest."
            />
          </Text>
          {review && review.audience > recipients && (
            <Text size="sm" c="dimmed">
              {t`${format.number(review.audience - recipients)} people of the segment are left out.`}
            </Text>
          )}
          {launch.error && <ErrorPanel error={launch.error} />}
        </Stack>
      </ConfirmDialog>
    </Card>
  );
}
