/** The value of a comparison: the right input for the operator, with real values and their counts to pick from. */
import { useLingui } from "@lingui/react/macro";
import { Autocomplete, Group, NativeSelect, NumberInput, TagsInput, Text, TextInput } from "@mantine/core";
import type { Operator, Span, TimeUnit } from "@/api/types";
import * as format from "@/lib/format";
import { UNITS, useUnitWords } from "@/lib/operator-words";
import { OPERATORS, typed, type ValueType } from "@/lib/operators";
import { DecimalInput } from "./DecimalInput";

export type Suggestion = { value: string; count?: number };

type Props = {
  op: Operator;
  type: ValueType;
  value: unknown;
  onChange: (value: unknown) => void;
  suggestions: Suggestion[];
  onSearch?: (text: string) => void;
};

function useOption(suggestions: Suggestion[]) {
  const counts = new Map(suggestions.map((one) => [one.value, one.count]));
  return ({ option }: { option: { value: string } }) => (
    <Group justify="space-between" gap="md" wrap="nowrap" flex={1}>
      <span>{option.value}</span>
      {counts.get(option.value) !== undefined && (
        <Text size="xs" opacity={0.75} component="span">
          {format.number(counts.get(option.value))}
        </Text>
      )}
    </Group>
  );
}

export function ValueInput({ op, type, value, onChange, suggestions, onSearch }: Props) {
  const { t } = useLingui();
  const renderOption = useOption(suggestions);
  const data = suggestions.map((one) => one.value);
  switch (OPERATORS[op].operand) {
    case "none":
      return null;
    case "value":
    case "text":
      return (
        <Autocomplete
          aria-label={t`Value`}
          placeholder={t`value`}
          size="xs"
          w={140}
          data={data}
          filter={onSearch ? ({ options }) => options : undefined}
          value={value === undefined || value === null ? "" : String(value)}
          onChange={(text) => {
            onSearch?.(text);
            onChange(OPERATORS[op].operand === "text" ? text : typed(type, text));
          }}
          renderOption={renderOption}
          comboboxProps={{ width: 260, position: "bottom-start" }}
        />
      );
    case "list":
      return (
        <TagsInput
          aria-label={t`Values`}
          placeholder={Array.isArray(value) && value.length > 0 ? undefined : t`values`}
          size="xs"
          miw={190}
          maw={420}
          data={data}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(texts) => onChange(texts.map((text) => typed(type, text)))}
          onSearchChange={onSearch}
          renderOption={renderOption}
          comboboxProps={{ width: 260, position: "bottom-start" }}
        />
      );
    case "number":
      return (
        <DecimalInput
          aria-label={t`Value`}
          w={110}
          value={typeof value === "number" ? value : undefined}
          onChange={onChange}
        />
      );
    case "range":
      return <RangeInput type={type} value={value} onChange={onChange} />;
    case "date":
      return <DateInput label={t`Date`} value={value} onChange={onChange} />;
    case "span":
      return <SpanInput value={value as Span} onChange={onChange} />;
  }
}

export function DateInput({
  label,
  value,
  onChange,
}: {
  label: string;
  value: unknown;
  onChange: (value: string) => void;
}) {
  return (
    <TextInput
      type="date"
      aria-label={label}
      size="xs"
      value={typeof value === "string" ? value.slice(0, 10) : ""}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function SpanInput({ value, onChange }: { value: Span | undefined; onChange: (value: Span) => void }) {
  const { t } = useLingui();
  const units = useUnitWords();
  const span = value ?? { amount: 30, unit: "day" };
  return (
    <Group gap={6} wrap="nowrap">
      <NumberInput
        aria-label={t`How long`}
        size="xs"
        w={70}
        min={1}
        max={10_000}
        allowDecimal={false}
        value={span.amount}
        onChange={(next) => onChange({ ...span, amount: typeof next === "number" ? next : 0 })}
      />
      <NativeSelect
        aria-label={t`Unit`}
        size="xs"
        data={UNITS.map((unit) => ({ value: unit, label: units[unit] }))}
        value={span.unit}
        onChange={(event) => onChange({ ...span, unit: event.currentTarget.value as TimeUnit })}
      />
    </Group>
  );
}

function RangeInput({ type, value, onChange }: Pick<Props, "type" | "value" | "onChange">) {
  const { t } = useLingui();
  const [from, to] = Array.isArray(value) ? (value as unknown[]) : [undefined, undefined];
  const number = (label: string, end: unknown, set: (next: number | undefined) => void) => (
    <DecimalInput aria-label={label} w={96} value={typeof end === "number" ? end : undefined} onChange={set} />
  );
  return (
    <Group gap={6} wrap="nowrap">
      {type === "date" ? (
        <DateInput label={t`From`} value={from} onChange={(next) => onChange([next, to])} />
      ) : (
        number(t`From`, from, (next) => onChange([next, to]))
      )}
      <Text size="sm">{t`and`}</Text>
      {type === "date" ? (
        <DateInput label={t`To`} value={to} onChange={(next) => onChange([from, next])} />
      ) : (
        number(t`To`, to, (next) => onChange([from, next]))
      )}
    </Group>
  );
}
