/** Starting by itself at a date and time: the fields, a question with the number of people, and the answer. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconClock } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Campaign, Schedule } from "@/api/types";
import * as format from "@/lib/format";
import { useNow } from "@/lib/hooks";
import { useMe } from "@/lib/session";
import { ConfirmDialog } from "@/ui/confirm";
import { ErrorPanel } from "@/ui/states";
import { campaignChanged, campaignPath } from "../queries";
import { plan, suggestion } from "../schedule";
import { LaunchButton } from "./LaunchButton";
import { ScheduleFields } from "./ScheduleFields";

export function useSchedule(campaign: Campaign, done: () => void) {
  return useMutation({
    meta: { quiet: true },
    mutationFn: (schedule: Schedule) => api.post<Campaign>(`${campaignPath(campaign.id)}/schedule`, schedule),
    onSuccess: (scheduled) => {
      done();
      campaignChanged(scheduled);
    },
  });
}

type Props = { campaign: Campaign; recipients: number; why: string | null };

export function ScheduleLaunch({ campaign, recipients, why }: Props) {
  const { t } = useLingui();
  const { workspace } = useMe();
  const now = useNow();
  const [form, setForm] = useState(() => suggestion(workspace.time_zone, now));
  const [asking, ask] = useDisclosure(false);
  const schedule = useSchedule(campaign, ask.close);
  const planned = plan(form, now);
  const at = "schedule" in planned ? format.appointment(planned.schedule.scheduled_at, form.zone) : null;
  const reason = why ?? (at === null ? t`Choose a day and a time that lie ahead.` : null);
  return (
    <>
      <ScheduleFields form={form} onChange={setForm} />
      <LaunchButton why={reason} icon={<IconClock size={18} aria-hidden />} onClick={ask.open}>
        {why === null ? (
          <Plural value={recipients} one="Schedule for # person" other="Schedule for # people" />
        ) : (
          <Trans>Schedule</Trans>
        )}
      </LaunchButton>
      <ConfirmDialog
        opened={asking}
        onClose={() => {
          schedule.reset();
          ask.close();
        }}
        title={t`Schedule “${campaign.name}”`}
        confirmLabel={t`Schedule`}
        danger={false}
        loading={schedule.isPending}
        onConfirm={() => "schedule" in planned && schedule.mutate(planned.schedule)}
      >
        <Stack gap="sm">
          <Text size="sm">
            {at} <Plural value={recipients} one="# person would get it now." other="# people would get it now." />
          </Text>
          <Text size="sm" c="dimmed">
            <Trans>
              Who gets it is worked out at that moment, so people who join the segment before then get it too. Until it
              starts you can change the time or take it back.
            </Trans>
          </Text>
          {schedule.error && <ErrorPanel error={schedule.error} />}
        </Stack>
      </ConfirmDialog>
    </>
  );
}
