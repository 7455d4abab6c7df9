/** Day, time and zone at which a campaign starts by itself, and what that means in words. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import * as format from "@/lib/format";
import { useNow } from "@/lib/hooks";
import { ownTimeZone, timeZones, wallTime } from "@/lib/zones";
import { LEEWAYS_HOURS, plan, type ScheduleForm } from "../schedule";

const TICK_MS = 5_000;
const HOUR_MS = 3_600_000;

type Props = { form: ScheduleForm; onChange: (form: ScheduleForm) => void };

export function ScheduleFields({ form, onChange }: Props) {
  const { t } = useLingui();
  const now = useNow(TICK_MS);
  const planned = plan(form, now);
  const problem = "problem" in planned ? planned.problem : null;
  const leeways = [...new Set([...LEEWAYS_HOURS, form.leewayHours])].sort((a, b) => a - b);
  const leewayName = (hours: number) => {
    const length = format.duration(hours * HOUR_MS);
    return t`${length} later`;
  };
  return (
    <Stack gap="sm" w="100%">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput
          type="date"
          label={t`Day`}
          min={wallTime(now, form.zone).slice(0, 10)}
          value={form.day}
          error={problem === "past" ? t`This lies in the past.` : undefined}
          onChange={(event) => onChange({ ...form, day: event.currentTarget.value })}
        />
        <TextInput
          type="time"
          label={t`Time`}
          value={form.time}
          error={problem === "skipped" ? t`The clock jumps over this time that day. Choose another.` : undefined}
          onChange={(event) => onChange({ ...form, time: event.currentTarget.value })}
        />
        <Select
          label={t`Time zone`}
          data={timeZones()}
          searchable
          allowDeselect={false}
          value={form.zone}
          onChange={(zone) => zone && onChange({ ...form, zone })}
        />
        <Select
          label={t`At the latest`}
          data={leeways.map((hours) => ({ value: String(hours), label: leewayName(hours) }))}
          allowDeselect={false}
          value={String(form.leewayHours)}
          onChange={(hours) => hours && onChange({ ...form, leewayHours: Number(hours) })}
        />
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        <Trans>
          When the server is switched off at that time, it starts as soon as it runs again, but not later than this;
          after that it waits for you.
        </Trans>
      </Text>
      {"schedule" in planned && <InWords at={planned.schedule.scheduled_at} zone={form.zone} now={now} />}
      {"schedule" in planned && planned.twice && (
        <Alert color="orange" icon={<IconAlertTriangle />}>
          <Trans>The clock shows this time twice that night. The first of the two is meant.</Trans>
        </Alert>
      )}
    </Stack>
  );
}

function InWords({ at, zone, now }: { at: string; zone: string; now: Date }) {
  const left = format.countdown(Date.parse(at) - now.getTime());
  const own = ownTimeZone();
  const when = format.appointment(at, zone);
  const there = format.appointment(at, own);
  return (
    <div role="status" aria-live="polite">
      <Text size="sm" fw={500}>
        <Trans>
          {when}, in {left}
        </Trans>
      </Text>
      {wallTime(at, own) !== wallTime(at, zone) && (
        <Text size="sm" c="dimmed">
          <Trans>Where you are: {there}</Trans>
        </Text>
      )}
    </div>
  );
}
