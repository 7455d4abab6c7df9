/** When it is fetched: every so often, or once a day. */
import { useLingui } from "@lingui/react/macro";
import { Group, NativeSelect, Radio, Stack, TextInput } from "@mantine/core";
import { formatContext } from "@/lib/format";
import { FIRST, isDaily, stepsWith } from "./schedule";
import type { Schedule } from "./types";
import { useEveryWords } from "./words";

type Props = { value: Schedule; onChange: (schedule: Schedule) => void };

export function ScheduleField({ value, onChange }: Props) {
  const { t } = useLingui();
  const every = useEveryWords();
  const daily = isDaily(value);
  const choose = (kind: string) =>
    onChange(kind === "daily" ? { daily_at: "03:00", time_zone: formatContext().timeZone } : FIRST);
  return (
    <Stack gap="sm">
      <Radio.Group label={t`How often`} value={daily ? "daily" : "every"} onChange={choose}>
        <Group mt="xs" gap="md">
          <Radio value="every" label={t`At an interval`} />
          <Radio value="daily" label={t`Once a day`} />
        </Group>
      </Radio.Group>
      {daily ? (
        <TextInput
          type="time"
          label={t`At what time`}
          description={t`On the clock of ${value.time_zone ?? "UTC"}`}
          required
          w={220}
          maw="100%"
          value={value.daily_at}
          onChange={(event) => onChange({ ...value, daily_at: event.currentTarget.value })}
        />
      ) : (
        <NativeSelect
          label={t`Interval`}
          w={220}
          maw="100%"
          value={String(value.every_minutes)}
          onChange={(event) => onChange({ every_minutes: Number(event.currentTarget.value) })}
          data={stepsWith(value.every_minutes).map((minutes) => ({ value: String(minutes), label: every(minutes) }))}
        />
      )}
    </Stack>
  );
}
