/** A campaign that will start by itself, or should have: when, how long until then, and how to change it. */

import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconClock } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Campaign, Schedule } from "@/api/types";
import * as format from "@/lib/format";
import { useNow } from "@/lib/hooks";
import { useCan, useMe } from "@/lib/session";
import { FormDialog } from "@/ui/FormDialog";
import { campaignChanged, campaignPath, reviewQuery } from "../queries";
import { formOf, plan } from "../schedule";
import { useWords } from "../words";
import { ScheduleFields } from "./ScheduleFields";
import { useSchedule } from "./ScheduleLaunch";

const TICK_MS = 1_000;

export function ScheduledPanel({ campaign, schedule }: { campaign: Campaign; schedule: Schedule }) {
  const { t } = useLingui();
  const words = useWords();
  const mayLaunch = useCan("campaign.launch");
  const now = useNow(TICK_MS);
  const [changing, change] = useDisclosure(false);
  const review = useQuery(reviewQuery(campaign.id, campaign.version));
  const cancel = useMutation({
    mutationFn: () => api.post<Campaign>(`${campaignPath(campaign.id)}/cancel`),
    onSuccess: campaignChanged,
  });
  const left = Date.parse(schedule.scheduled_at) - now.getTime();
  const countdown = format.countdown(left);
  const title = campaign.held
    ? t`It did not start by itself`
    : left > 0
      ? t`Starts in ${countdown}`
      : t`Starts at any moment`;
  const at = format.appointment(schedule.scheduled_at);
  const latest = format.appointment(schedule.latest_at);
  return (
    <Alert
      color={campaign.held ? "orange" : "blue"}
      icon={campaign.held ? <IconAlertTriangle /> : <IconClock />}
      title={title}
    >
      <Stack gap="xs" align="flex-start">
        {campaign.held && <Text size="sm">{words.held(campaign.held)}</Text>}
        <Text size="sm">
          <Trans>
            Planned for {at}, and not later than {latest}.
          </Trans>{" "}
          {review.data && !campaign.held && (
            <Plural
              value={review.data.recipients}
              one="# person would get it now; it is counted again when it starts."
              other="# people would get it now; they are counted again when it starts."
            />
          )}
        </Text>
        {mayLaunch && (
          <Group gap="xs">
            <Button size="xs" onClick={change.open}>
              <Trans>Change the time</Trans>
            </Button>
            <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              <Trans>Cancel the schedule and edit again</Trans>
            </Button>
          </Group>
        )}
      </Stack>
      {changing && <ChangeTime campaign={campaign} schedule={schedule} onClose={change.close} />}
    </Alert>
  );
}

type ChangeProps = { campaign: Campaign; schedule: Schedule; onClose: () => void };

function ChangeTime({ campaign, schedule, onClose }: ChangeProps) {
  const { t } = useLingui();
  const { workspace } = useMe();
  const [form, setForm] = useState(() => formOf(schedule, workspace.time_zone));
  const save = useSchedule(campaign, onClose);
  const planned = plan(form, useNow());
  return (
    <FormDialog
      title={t`When “${campaign.name}” starts`}
      onClose={onClose}
      onSubmit={(event) => {
        event?.preventDefault();
        if ("schedule" in planned) save.mutate(planned.schedule);
      }}
      submit={t`Save`}
      loading={save.isPending}
      disabled={!("schedule" in planned)}
      error={save.error}
    >
      <ScheduleFields form={form} onChange={setForm} />
    </FormDialog>
  );
}
