/** Starting at once: says what will happen, asks for the number above a hundred people, starts. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconSend } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { isStatus } from "@/api/errors";
import { queryClient } from "@/api/query";
import type { Campaign, CampaignReview } from "@/api/types";
import * as format from "@/lib/format";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { ConfirmDialog } from "@/ui/confirm";
import { ErrorPanel } from "@/ui/states";
import { TYPED_ABOVE } from "../model";
import { campaignChanged, campaignPath } from "../queries";
import { LaunchButton } from "./LaunchButton";

type Props = { campaign: Campaign; review: CampaignReview | undefined; why: string | null };

export function LaunchNow({ campaign, review, why }: Props) {
  const { t } = useLingui();
  const go = useGo();
  const [asking, ask] = useDisclosure(false);
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
      // The audience has changed since the review, or somebody else was first: show what is true now.
      if (isStatus(error, 409)) void queryClient.invalidateQueries({ queryKey: ["campaigns", campaign.id] });
    },
  });
  return (
    <>
      <LaunchButton why={why} icon={<IconSend size={18} aria-hidden />} onClick={ask.open}>
        {why === null ? (
          <Plural value={recipients} one="Launch to # person" other="Launch to # people" />
        ) : (
          <Trans>Launch</Trans>
        )}
      </LaunchButton>
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
    </>
  );
}
