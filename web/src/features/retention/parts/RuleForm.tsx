/** What a rule is about, how long it keeps that, and what happens then; the sentence it makes stands below. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Code, Group, NativeSelect, NumberInput, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { ErrorPanel } from "@/ui/states";
import { type Draft, LONGEST, obstacle, requestOf } from "../model";
import { KINDS, type Kind, type Rule, type RuleRequest, type Unit, type What } from "../types";
import {
  kindWords,
  MISTAKES,
  mistakesOf,
  ruleWords,
  useActionChoices,
  useCodeWords,
  useObstacleWords,
  useUnitChoices,
} from "../words";
import { EventField } from "./EventField";

type Props = {
  initial: Draft;
  /** The rules besides this one. */
  others: Rule[];
  /** The details an anonymous event still has. */
  kept: string[];
  onSave: (body: RuleRequest) => void;
  saving: boolean;
  refusal: unknown;
  submit: string;
  /** Said beside the button once something is changed. */
  note?: string;
  mayWrite: boolean;
  /** Nothing to save as long as nothing is changed. */
  saved?: boolean;
};

export function RuleForm({ initial, others, kept, onSave, saving, refusal, submit, note, mayWrite, saved }: Props) {
  const [draft, setDraft] = useState(initial);
  const [tried, setTried] = useState(false);
  const [sent, setSent] = useState<RuleRequest | null>(null);
  const words = useObstacleWords();
  const mistakeWords = useCodeWords(MISTAKES);
  const change = (next: Partial<Draft>) => setDraft((before) => ({ ...before, ...next }));
  const missing = obstacle(draft, others);
  const changed = JSON.stringify(draft) !== JSON.stringify(initial);
  const mistakes = mistakesOf(refusal);
  // What was refused is said only as long as it stands there.
  const mistakeAt = (place: "target" | "keep" | "action") => {
    const found = mistakes.find(({ pointer }) => pointer.startsWith(`/${place}`));
    const same = sent !== null && JSON.stringify(sent[place]) === JSON.stringify(requestOf(draft)[place]);
    return found && same ? mistakeWords(found.code, found.detail) : undefined;
  };
  const shown = tried ? missing : null;
  const idle = saved === true && !changed;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (missing || idle) return;
        const body = requestOf(draft);
        setSent(body);
        onSave(body);
      }}
    >
      <Stack gap="lg" maw={640}>
        {refusal && mistakes.length === 0 ? <ErrorPanel error={refusal} /> : null}
        <WhatFields
          draft={draft}
          change={change}
          disabled={!mayWrite}
          error={shown === "name" || shown === "taken" ? words[shown] : mistakeAt("target")}
        />
        <KeepFields
          draft={draft}
          change={change}
          disabled={!mayWrite}
          error={shown === "amount" ? words.amount : mistakeAt("keep")}
        />
        {!draft.forever && (
          <ActionFields draft={draft} change={change} disabled={!mayWrite} error={mistakeAt("action")} kept={kept} />
        )}
        <Text role="status" fw={600} style={{ overflowWrap: "anywhere" }}>
          {missing === null && ruleWords(requestOf(draft))}
        </Text>
        <Group gap="sm">
          <Button type="submit" loading={saving} disabled={!mayWrite || idle}>
            {submit}
          </Button>
          {changed && note && (
            <Text size="sm" c="dimmed">
              {note}
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}

type PartProps = { draft: Draft; change: (next: Partial<Draft>) => void; disabled: boolean; error?: string };

function WhatFields({ draft, change, disabled, error }: PartProps) {
  const { t } = useLingui();
  return (
    <Stack gap="sm">
      <Radio.Group
        label={t`What the rule is about`}
        description={t`The most exact rule counts: that of an event before that of its kind, and that before everything else.`}
        value={draft.what}
        error={draft.what === "everything_else" ? error : undefined}
        onChange={(next) => change({ what: next as What })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="event" label={t`One event`} disabled={disabled} />
          <Radio value="kind" label={t`A kind of event`} disabled={disabled} />
          <Radio value="everything_else" label={t`Everything else`} disabled={disabled} />
        </Stack>
      </Radio.Group>
      {draft.what === "event" && (
        <EventField value={draft.event} onChange={(event) => change({ event })} disabled={disabled} error={error} />
      )}
      {draft.what === "kind" && (
        <NativeSelect
          label={t`Kind`}
          maw={360}
          disabled={disabled}
          error={error}
          data={KINDS.map((kind) => ({ value: kind, label: `${kindWords(kind)} (${kind})` }))}
          value={draft.kind}
          onChange={(event) => change({ kind: event.currentTarget.value as Kind })}
        />
      )}
    </Stack>
  );
}

function KeepFields({ draft, change, disabled, error }: PartProps) {
  const { t } = useLingui();
  const units = useUnitChoices();
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-start" wrap="nowrap">
        <NumberInput
          label={t`Keep for`}
          min={1}
          max={LONGEST[draft.unit]}
          allowDecimal={false}
          allowNegative={false}
          w={130}
          disabled={disabled || draft.forever}
          value={draft.amount}
          error={draft.forever ? undefined : error}
          onChange={(amount) => change({ amount: typeof amount === "number" ? amount : "" })}
        />
        <NativeSelect
          label={t`Unit`}
          data={units}
          disabled={disabled || draft.forever}
          value={draft.unit}
          onChange={(event) => change({ unit: event.currentTarget.value as Unit })}
        />
      </Group>
      <Checkbox
        label={t`Keep for ever`}
        description={t`An exception from a wider rule.`}
        disabled={disabled}
        checked={draft.forever}
        onChange={(event) => change({ forever: event.currentTarget.checked })}
      />
    </Stack>
  );
}

function ActionFields({ draft, change, disabled, error, kept }: PartProps & { kept: string[] }) {
  const { t } = useLingui();
  const actions = useActionChoices();
  return (
    <>
      <Radio.Group
        label={t`What happens then`}
        value={draft.action}
        error={error}
        onChange={(next) => change({ action: next as Draft["action"] })}
      >
        <Stack gap="xs" mt="xs">
          {actions.map(({ value, label, does }) => (
            <Radio key={value} value={value} label={label} description={does} disabled={disabled} />
          ))}
        </Stack>
      </Radio.Group>
      {draft.action === "anonymise" && <KeptProperties names={kept} />}
    </>
  );
}

function KeptProperties({ names }: { names: string[] }) {
  const { t } = useLingui();
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        <Trans>What an anonymous event still says</Trans>
      </Text>
      <Text size="sm" c="dimmed">
        <Trans>Its name, day and channel, and of its details only these:</Trans>
      </Text>
      <Group gap={4} component="ul" role="list" aria-label={t`Details that stay`} p={0} m={0}>
        {names.map((name) => (
          <li key={name} style={{ listStyle: "none" }}>
            <Code>{name}</Code>
          </li>
        ))}
      </Group>
    </Stack>
  );
}
