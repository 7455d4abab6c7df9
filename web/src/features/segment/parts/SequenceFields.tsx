/** "did these, one after the other: first Product Viewed, then Order Completed, and after that not Order Refunded". */
import { useLingui } from "@lingui/react/macro";
import { Group, NativeSelect, Stack, Text } from "@mantine/core";
import type { SequenceCondition } from "@/api/types";
import { SpanInput } from "@/ui/conditions/ValueInput";
import { isTooShort } from "../sequence";
import { DidSelect } from "./DidSelect";
import { Help } from "./Help";
import { SequenceSteps } from "./SequenceSteps";
import { WithoutFields } from "./WithoutFields";

type Props = { sequence: SequenceCondition; onChange: (sequence: SequenceCondition) => void };

/** What stands in the line of the rule; the steps stand below it. */
export function SequenceHead({ sequence, onChange }: Props) {
  const { t } = useLingui();
  return (
    <>
      <DidSelect did={sequence.op} onChange={(op) => onChange({ ...sequence, op })} />
      <Text size="sm">{t`these, one after the other`}</Text>
    </>
  );
}

export function SequenceBody({ sequence, onChange }: Props) {
  const { t } = useLingui();
  const { steps, without } = sequence;
  return (
    <Stack gap="xs" mt="xs">
      {steps.every((step) => step.name === "") && (
        <Help>{t`For example: first viewed a product, then put it in the basket, and after that no order within 4 hours.`}</Help>
      )}
      <SequenceSteps sequence={sequence} onChange={onChange} />
      {steps.length > 1 && <TimeFields sequence={sequence} onChange={onChange} />}
      <WithoutFields without={without} onChange={(next) => onChange({ ...sequence, without: next })} />
      {isTooShort(sequence) && <Help>{t`Add a second step, or say what did not happen after this one.`}</Help>}
    </Stack>
  );
}

/** Within how long the steps follow each other, and whether directly. */
function TimeFields({ sequence, onChange }: Props) {
  const { t } = useLingui();
  const { within } = sequence;
  return (
    <Group gap={6} role="group" aria-label={t`Time between the steps`}>
      <NativeSelect
        aria-label={t`Limit of time`}
        size="xs"
        data={[
          { value: "within", label: t`all of them within` },
          { value: "ever", label: t`with any time in between` },
        ]}
        value={within ? "within" : "ever"}
        onChange={(change) =>
          onChange({ ...sequence, within: change.currentTarget.value === "within" ? { amount: 7, unit: "day" } : null })
        }
      />
      {within && <SpanInput value={within} onChange={(span) => onChange({ ...sequence, within: span })} />}
      <NativeSelect
        aria-label={t`What may happen in between`}
        size="xs"
        data={[
          { value: "loose", label: t`other things may happen in between` },
          { value: "strict", label: t`none of these in between` },
        ]}
        value={sequence.order ?? "loose"}
        onChange={(change) => onChange({ ...sequence, order: change.currentTarget.value as "loose" | "strict" })}
      />
    </Group>
  );
}
