/** Which detail of the event: numbers first where only they make sense; for "the first" and "the last" also the moment itself. */
import { useLingui } from "@lingui/react/macro";
import { Group, Select, Text } from "@mantine/core";
import type { EventProperty } from "@/api/types";
import * as format from "@/lib/format";
import { splitProperties } from "../model";

/** Stands for no property; no detail is called so. */
const MOMENT = "\u0000moment";

type Props = {
  items: EventProperty[];
  aggregate: string;
  optional: boolean;
  disabled: boolean;
  value: string;
  onChange: (property: string) => void;
};

export function PropertyPicker({ items, aggregate, optional, disabled, value, onChange }: Props) {
  const { t } = useLingui();
  const { first, rest } = splitProperties(items, aggregate);
  const known = new Map(items.map((item) => [item.name, item]));
  const options = (list: EventProperty[]) => list.map(({ name }) => ({ value: name, label: name }));
  const groups = [
    { group: t`Moment`, items: optional ? [{ value: MOMENT, label: t`when it happened` }] : [] },
    { group: rest.length > 0 ? t`Numbers` : t`Details of the event`, items: options(first) },
    { group: t`Other details`, items: options(rest) },
    // What no longer occurs stays selectable: it is what the definition says.
    { group: t`Not seen lately`, items: value && !known.has(value) ? [{ value, label: value }] : [] },
  ];
  return (
    <Select
      aria-label={t`Detail of the event`}
      placeholder={t`detail`}
      size="xs"
      w={165}
      searchable
      allowDeselect={false}
      disabled={disabled}
      title={disabled ? t`Choose an event first.` : undefined}
      data={groups.filter((group) => group.items.length > 0)}
      value={value || (optional ? MOMENT : null)}
      onChange={(next) => next && onChange(next === MOMENT ? "" : next)}
      comboboxProps={{ width: 300, position: "bottom-start" }}
      renderOption={({ option }) => (
        <Group justify="space-between" gap="md" wrap="nowrap" flex={1}>
          <span>{option.label}</span>
          <Text size="xs" opacity={0.75} component="span" truncate maw={130}>
            {known.get(option.value)?.examples.slice(0, 2).map(format.value).join(", ")}
          </Text>
        </Group>
      )}
    />
  );
}
