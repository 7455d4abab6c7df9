/** An event by its name, from those that arrive; the list says how often each occurs. */
import { useLingui } from "@lingui/react/macro";
import { Autocomplete, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { eventNamesQuery } from "@/api/query";
import * as format from "@/lib/format";
import { choosable } from "../model";

const SHOWN = 200;

type Props = { value: string; onChange: (name: string) => void; disabled: boolean; error?: string };

export function EventField({ value, onChange, disabled, error }: Props) {
  const { t } = useLingui();
  const names = choosable(useQuery(eventNamesQuery).data?.items ?? []);
  const counts = new Map(names.map((one) => [one.name, one.count]));
  return (
    <Autocomplete
      label={t`Event`}
      description={t`Its name as it stands in timelines.`}
      maw={360}
      limit={SHOWN}
      disabled={disabled}
      error={error}
      data={names.map((one) => one.name)}
      value={value}
      onChange={onChange}
      renderOption={({ option }) => (
        <Group justify="space-between" gap="md" wrap="nowrap" flex={1}>
          <span style={{ overflowWrap: "anywhere" }}>{option.value}</span>
          <Text size="xs" opacity={0.75} component="span">
            {format.number(counts.get(option.value))}
          </Text>
        </Group>
      )}
    />
  );
}
