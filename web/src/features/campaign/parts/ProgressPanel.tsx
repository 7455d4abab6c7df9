/** How far sending is, by the state of each message, and the ones nobody knows about. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { IconHelpCircle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryClient } from "@/api/query";
import type { Campaign, CampaignProgress, UnconfirmedAnswer } from "@/api/types";
import * as format from "@/lib/format";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { toastDone } from "@/ui/toast";
import { doneShare, isRunning, undecided } from "../model";
import { campaignPath } from "../queries";
import { useProgress } from "../useProgress";
import { useWords } from "../words";

const COLOURS: [keyof CampaignProgress, string][] = [
  ["delivered", "teal"],
  ["sent", "blue"],
  ["bounced", "red.8"],
  ["failed", "red.6"],
  ["skipped", "gray"],
  ["unconfirmed", "orange"],
  ["sending", "indigo"],
  ["pending", "gray.4"],
];

export function ProgressPanel({ campaign }: { campaign: Campaign }) {
  const { t } = useLingui();
  const words = useWords();
  const { progress, rate } = useProgress(campaign);
  const running = isRunning(campaign.state);
  const share = doneShare(progress);
  const text = format.percent(share, share > 0 && share < 1 ? 1 : 0);
  const states = COLOURS.filter(([state]) => progress[state] > 0);
  const left = rate ? format.duration((1000 * (progress.pending + progress.sending)) / rate) : null;
  return (
    <Stack gap="md">
      <Panel
        title={running ? t`Sending: ${text} done` : t`Sent`}
        note={<Plural value={progress.audience} one="# person in the audience" other="# people in the audience" />}
        actions={
          running &&
          rate !== null && (
            <Text size="sm" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }}>
              {t`${format.number(rate)} per second, ${left ?? ""} left`}
            </Text>
          )
        }
      >
        <Progress.Root size={14} mb="sm">
          {states
            .filter(([state]) => state !== "pending")
            .map(([state, color]) => (
              <Progress.Section
                key={state}
                value={(100 * progress[state]) / Math.max(progress.audience, 1)}
                color={color}
                aria-label={words.messageState(state)}
              />
            ))}
        </Progress.Root>
        <Group gap="lg">
          {states.map(([state, color]) => (
            <Group key={state} gap={6} wrap="nowrap">
              <span
                aria-hidden
                style={{
                  width: 10,
                  height: 10,
                  borderRadius: 3,
                  background: `var(--mantine-color-${color.replace(".", "-")}${color.includes(".") ? "" : "-filled"})`,
                }}
              />
              <Text size="sm">{words.messageState(state)}</Text>
              <Text size="sm" fw={600} style={{ fontVariantNumeric: "tabular-nums" }}>
                {format.number(progress[state])}
              </Text>
            </Group>
          ))}
        </Group>
        {campaign.state === "paused" && (
          <Text size="sm" mt="sm">
            {campaign.held && <b>{words.held(campaign.held)} </b>}
            <Trans>Paused: nothing more goes out until it is resumed. Nobody who got it will get it again.</Trans>
          </Text>
        )}
      </Panel>
      {!running && undecided(campaign) > 0 && <Unconfirmed id={campaign.id} count={undecided(campaign)} />}
    </Stack>
  );
}

function Unconfirmed({ id, count }: { id: string; count: number }) {
  const { t } = useLingui();
  const mayLaunch = useCan("campaign.launch");
  const decide = useMutation({
    mutationFn: (action: "resend" | "leave") =>
      api.post<UnconfirmedAnswer>(`${campaignPath(id)}/unconfirmed`, { action }),
    onSuccess: ({ resent }, action) => {
      if (action === "resend") toastDone(t`${format.number(resent)} go out again`);
      void queryClient.invalidateQueries({ queryKey: ["campaigns"] });
    },
  });
  return (
    <Alert
      color="orange"
      icon={<IconHelpCircle />}
      title={<Plural value={count} one="# message without an answer" other="# messages without an answer" />}
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          <Trans>
            They were handed to the mail server, but the connection broke before it answered. They may have arrived or
            not; nobody can tell. Leaving them is safe: no one gets the e-mail twice. Sending again reaches everybody,
            and some may get it twice.
          </Trans>
        </Text>
        <Group gap="xs">
          <Button
            size="xs"
            disabled={!mayLaunch}
            loading={decide.isPending && decide.variables === "leave"}
            onClick={() => decide.mutate("leave")}
          >
            <Trans>Leave them</Trans>
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={!mayLaunch}
            loading={decide.isPending && decide.variables === "resend"}
            onClick={() => decide.mutate("resend")}
          >
            <Trans>Send again</Trans>
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
