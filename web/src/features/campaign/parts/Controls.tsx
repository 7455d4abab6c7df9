/** Pause, resume, stop. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Campaign } from "@/api/types";
import { useCan } from "@/lib/session";
import { ConfirmDialog } from "@/ui/confirm";
import { campaignChanged, campaignPath } from "../queries";

type Action = "pause" | "resume" | "cancel";

export function Controls({ campaign }: { campaign: Campaign }) {
  const { t } = useLingui();
  const mayLaunch = useCan("campaign.launch");
  const [asking, ask] = useDisclosure(false);
  const control = useMutation({
    mutationFn: (action: Action) => api.post<Campaign>(`${campaignPath(campaign.id)}/${action}`),
    onSuccess: (changed) => {
      ask.close();
      campaignChanged(changed);
    },
  });
  if (!mayLaunch) return null;
  const { state, progress } = campaign;
  const waiting = (action: Action) => control.isPending && control.variables === action;
  if (state !== "sending" && state !== "paused" && state !== "launching") return null;
  return (
    <>
      {state === "paused" ? (
        <Button
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          loading={waiting("resume")}
          onClick={() => control.mutate("resume")}
        >
          <Trans>Resume</Trans>
        </Button>
      ) : (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} aria-hidden />}
          loading={waiting("pause")}
          onClick={() => control.mutate("pause")}
        >
          <Trans>Pause</Trans>
        </Button>
      )}
      <Button variant="default" color="red" leftSection={<IconPlayerStop size={16} aria-hidden />} onClick={ask.open}>
        <Trans>Stop</Trans>
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={ask.close}
        title={t`Stop “${campaign.name}”`}
        confirmLabel={t`Stop for good`}
        loading={waiting("cancel")}
        onConfirm={() => control.mutate("cancel")}
      >
        <Text size="sm">
          <Plural
            value={progress.pending}
            one="About # person who is still waiting will not get the e-mail. This cannot be undone; what has been sent stays sent."
            other="About # people who are still waiting will not get the e-mail. This cannot be undone; what has been sent stays sent."
          />
        </Text>
      </ConfirmDialog>
    </>
  );
}
