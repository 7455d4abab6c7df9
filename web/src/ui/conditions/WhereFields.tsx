/** "where products.category is sneakers": filters on the properties of the event; all must hold on the same event. */
import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Box, Button, Group, NativeSelect, Text } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { EventProperty, Operator, PropertyCondition } from "@/api/types";
import { useOperatorWords } from "@/lib/operator-words";
import { carryValue, firstOperator, operatorsFor, valueType, YEARLY_OPERATORS } from "@/lib/operators";
import { NamePicker } from "./NamePicker";
import { ValueInput } from "./ValueInput";

type Props = {
  /** What is known of the event's details. */
  items: EventProperty[];
  where: PropertyCondition[];
  onChange: (where: PropertyCondition[]) => void;
  /** Operators that make no sense here. */
  without?: readonly Operator[];
};

export function WhereFields({ items, where, onChange, without = [] }: Props) {
  const { t } = useLingui();
  const unfit = [...YEARLY_OPERATORS, ...without];
  const set = (index: number, next: PropertyCondition) => onChange(where.map((one, at) => (at === index ? next : one)));
  return (
    <Box w="100%">
      {where.map((filter, index) => (
        <Group key={index} gap={6} mt={6} pl="md">
          <Text size="sm" c="dimmed" miw={40}>
            {index === 0 ? t`where` : t`and`}
          </Text>
          <Filter filter={filter} items={items} without={unfit} onChange={(next) => set(index, next)} />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t`Remove this filter`}
            onClick={() => onChange(where.filter((_, at) => at !== index))}
          >
            <IconX size={14} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        size="compact-sm"
        fz="xs"
        variant="subtle"
        mt={6}
        ml="sm"
        leftSection={<IconPlus size={12} aria-hidden />}
        onClick={() => onChange([...where, { property: "", op: "equals" }])}
      >
        {t`Only with certain details`}
      </Button>
    </Box>
  );
}

type FilterProps = {
  filter: PropertyCondition;
  items: EventProperty[];
  without: readonly Operator[];
  onChange: (filter: PropertyCondition) => void;
};

function Filter({ filter, items, without, onChange }: FilterProps) {
  const { t } = useLingui();
  const words = useOperatorWords();
  const property = items.find((item) => item.name === filter.property);
  const type = valueType(property?.type);
  const offered = operatorsFor(type, without);
  const shown = offered.includes(filter.op) ? offered : [filter.op, ...offered];
  return (
    <>
      <NamePicker
        label={t`Detail of the event`}
        placeholder={t`detail`}
        items={items}
        value={filter.property}
        onChange={(name) => {
          const nextType = valueType(items.find((item) => item.name === name)?.type);
          const op = operatorsFor(nextType, without).includes(filter.op) ? filter.op : firstOperator(nextType, without);
          onChange({ property: name, op, value: carryValue(op, undefined) });
        }}
      />
      <NativeSelect
        aria-label={t`Comparison`}
        size="xs"
        data={shown.map((op) => ({ value: op, label: words[op] }))}
        value={filter.op}
        onChange={(event) => {
          const op = event.currentTarget.value as Operator;
          onChange({ ...filter, op, value: carryValue(op, filter.value) });
        }}
      />
      <ValueInput
        op={filter.op}
        type={type}
        value={filter.value}
        onChange={(value) => onChange({ ...filter, value })}
        suggestions={[...new Set((property?.examples ?? []).map(String))].map((value) => ({ value }))}
      />
    </>
  );
}
