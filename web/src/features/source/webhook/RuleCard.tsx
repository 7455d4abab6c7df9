/** One rule: what a payload becomes, whom it is about, when, and what else is kept. */
import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash, IconX } from "@tabler/icons-react";
import type { CallType, Rule, TryProblem } from "../connect/types";
import { matches } from "./jsonpath";
import {
  CALL_TYPES,
  type Field,
  fieldsOf,
  listOf,
  otherProblems,
  problemAt,
  type Slot,
  valueIn,
  withType,
  withValue,
} from "./model";
import type { Mapping } from "./useMapping";
import { ValueField } from "./ValueField";
import { useCallTypes, useFieldLabels, useProblemWords } from "./words";

export type Sample = { payload: unknown; headers: Record<string, string> };
type Props = { mapping: Mapping; index: number; rule: Rule; sample: Sample | null; problems: TryProblem[] };

const same = (one: Slot | null, other: Slot) => JSON.stringify(one) === JSON.stringify(other);

/** Within a rule with `each` a place counts from the match; a value may still be looked up in the whole. */
function seenBy(rule: Rule, sample: Sample | null, whole: boolean | undefined): Sample | null {
  if (!sample || !rule.each || whole) return sample;
  return { ...sample, payload: matches(sample.payload, rule.each)?.[0] };
}

export function RuleCard({ mapping, index, rule, sample, problems }: Props) {
  const { t } = useLingui();
  const types = useCallTypes();
  const fields = useFieldLabels();
  const words = useProblemWords();
  const change = (next: (rule: Rule) => Rule) => mapping.change(index, next);
  const list = listOf(rule.type);
  const named = list ? (rule[list] ?? []) : [];
  const slots: Slot[] = [
    ...fieldsOf(rule.type).map((field): Slot => ({ field })),
    ...(list ? named.map((_, at): Slot => ({ list, index: at })) : []),
    { condition: true },
  ];
  const shown = slots.map((slot) => problemAt(problems, index, rule, slot)).filter((one) => one !== null);
  const common = (slot: Slot) => {
    const problem = problemAt(problems, index, rule, slot);
    const value = valueIn(rule, slot);
    return {
      value,
      sample: seenBy(rule, sample, value?.whole),
      picking: same(mapping.picking, slot),
      onPick: () => mapping.pick(same(mapping.picking, slot) ? null : slot),
      onChange: (next: typeof value) => change((before) => withValue(before, slot, next)),
      problem: problem ? words(problem) : undefined,
    };
  };
  const field = (name: Field) => (
    <ValueField
      key={name}
      label={fields[name].label}
      about={fields[name].about}
      forms={name === "timestamp" ? "times" : undefined}
      {...common({ field: name })}
    />
  );
  return (
    <Stack gap="sm">
      <NativeSelect
        label={t`What it tells`}
        description={types[rule.type].about}
        data={CALL_TYPES.map((value) => ({ value, label: types[value].label }))}
        value={rule.type}
        onChange={(event) => {
          const type = event.currentTarget.value as CallType;
          change((before) => withType(before, type));
        }}
      />
      {otherProblems(problems, index, shown).map((problem) => (
        <Text key={problem.pointer + problem.code} size="sm" c="var(--mantine-color-red-text)">
          {words(problem)}
        </Text>
      ))}
      {rule.each !== undefined && (
        <TextInput
          size="xs"
          label={t`One event for each of`}
          value={rule.each}
          onChange={(event) => {
            const each = event.currentTarget.value;
            change((before) => ({ ...before, each }));
          }}
          rightSection={
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t`One event for the whole payload`}
              onClick={() => change(({ each: _each, ...rest }) => rest)}
            >
              <IconX size={14} />
            </ActionIcon>
          }
        />
      )}
      {fieldsOf(rule.type).map(field)}
      {list && (
        <Details
          rule={rule}
          list={list}
          onChange={change}
          field={(slot, label, name) => (
            <ValueField key={`${slot.index}`} label={label} name={name} forms="values" {...common(slot)} />
          )}
        />
      )}
      <Condition
        rule={rule}
        onChange={change}
        field={(label) => <ValueField label={label} {...common({ condition: true })} />}
      />
      <Group justify="flex-end">
        <Button
          size="xs"
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={14} aria-hidden />}
          onClick={() => mapping.remove(index)}
        >
          <Trans>Delete this event</Trans>
        </Button>
      </Group>
    </Stack>
  );
}

type ListSlot = { list: "properties" | "traits"; index: number };
type DetailsProps = {
  rule: Rule;
  list: "properties" | "traits";
  onChange: (next: (rule: Rule) => Rule) => void;
  field: (slot: ListSlot, label: string, name: React.ReactNode) => React.ReactNode;
};

function Details({ rule, list, onChange, field }: DetailsProps) {
  const { t } = useLingui();
  const named = rule[list] ?? [];
  const rename = (index: number, name: string) =>
    onChange((before) => ({
      ...before,
      [list]: (before[list] ?? []).map((one, at) => (at === index ? { ...one, name } : one)),
    }));
  return (
    <Stack gap="xs">
      <Text size="sm" fw={550}>
        {list === "traits" ? t`Attributes` : t`Details`}
      </Text>
      {named.map((one, index) =>
        field(
          { list, index },
          one.name || t`Detail ${index + 1}`,
          <TextInput
            size="xs"
            label={t`Name`}
            maxLength={200}
            value={one.name}
            onChange={(event) => rename(index, event.currentTarget.value)}
          />,
        ),
      )}
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange((before) => ({ ...before, [list]: [...named, { name: "", value: { path: "" } }] }))}
        >
          {list === "traits" ? <Trans>Add an attribute</Trans> : <Trans>Add a detail</Trans>}
        </Button>
      </div>
    </Stack>
  );
}

type ConditionProps = Pick<DetailsProps, "rule" | "onChange"> & { field: (label: string) => React.ReactNode };

function Condition({ rule, onChange, field }: ConditionProps) {
  const { t } = useLingui();
  if (!rule.when) {
    return (
      <div>
        <Button
          size="xs"
          variant="subtle"
          onClick={() => onChange((before) => ({ ...before, when: { value: { path: "" } } }))}
        >
          <Trans>Only for some payloads…</Trans>
        </Button>
      </div>
    );
  }
  return (
    <Stack gap="xs">
      {field(t`Only when this`)}
      <TextInput
        size="xs"
        label={t`is exactly`}
        description={t`Empty: it only has to be there.`}
        maxLength={500}
        value={rule.when.equals ?? ""}
        onChange={(event) => {
          const equals = event.currentTarget.value;
          onChange((before) => (before.when ? { ...before, when: { ...before.when, equals } } : before));
        }}
      />
    </Stack>
  );
}
