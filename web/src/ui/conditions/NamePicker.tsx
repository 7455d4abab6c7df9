/** Picks a trait, event or property by name; the list shows how often each occurs. */
import { Group, Select, type SelectProps, Text } from "@mantine/core";
import * as format from "@/lib/format";

export type Named = { name: string; count: number };

type Props = {
  label: string;
  placeholder: string;
  items: Named[];
  value: string;
  onChange: (name: string) => void;
} & Pick<SelectProps, "w" | "autoFocus">;

export function NamePicker({ label, placeholder, items, value, onChange, ...rest }: Props) {
  const counts = new Map(items.map((item) => [item.name, item.count]));
  // A name that no longer occurs stays selectable: it is what the condition says.
  const names =
    value && !counts.has(value) ? [value, ...items.map((item) => item.name)] : items.map((item) => item.name);
  return (
    <Select
      aria-label={label}
      placeholder={placeholder}
      size="xs"
      w={165}
      searchable
      allowDeselect={false}
      data={names}
      value={value || null}
      onChange={(next) => next && onChange(next)}
      comboboxProps={{ width: 300, position: "bottom-start" }}
      limit={200}
      renderOption={({ option }) => (
        <Group justify="space-between" gap="md" wrap="nowrap" flex={1}>
          <span>{option.value}</span>
          <Text size="xs" opacity={0.75} component="span">
            {counts.has(option.value) ? format.number(counts.get(option.value)) : ""}
          </Text>
        </Group>
      )}
      {...rest}
    />
  );
}
