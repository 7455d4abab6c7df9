/** "at least 2 times", "for the first time", "with a total of revenue at least 100". */
import { useLingui } from "@lingui/react/macro";
import { NativeSelect, NumberInput, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { eventPropertiesQuery } from "@/api/query";
import type { AmountOp, EventAmount, EventCondition, EventCount } from "@/api/types";
import { numbersFirst } from "@/lib/event-condition";
import { DecimalInput } from "@/ui/conditions/DecimalInput";
import { NamePicker } from "@/ui/conditions/NamePicker";
import {
  AMOUNT_OPS,
  AMOUNTS,
  COUNTS,
  fitsNothing,
  type HowOften,
  howOftenOf,
  OCCURRENCES,
  withHowOften,
} from "../how-often";
import { useAmountOpWords, useHowOftenWords } from "../words";
import { Help } from "./Help";

type Props = { event: EventCondition; onChange: (event: EventCondition) => void };

export function HowOftenFields({ event, onChange }: Props) {
  const { t } = useLingui();
  const words = useHowOftenWords();
  const items = (all: readonly HowOften[]) => all.map((value) => ({ value: value as string, label: words[value] }));
  return (
    <>
      <NativeSelect
        aria-label={t`How often`}
        size="xs"
        data={[
          { group: t`Number of times`, items: items(COUNTS) },
          { group: t`One of the times`, items: items(OCCURRENCES) },
          { group: t`All times together`, items: items(AMOUNTS) },
        ]}
        value={howOftenOf(event)}
        onChange={(change) => onChange(withHowOften(event, change.currentTarget.value as HowOften))}
      />
      {event.amount ? (
        <AmountFields name={event.name} amount={event.amount} onChange={(amount) => onChange({ ...event, amount })} />
      ) : (
        !event.occurrence && (
          <TimesField
            count={event.count ?? { op: "at_least", value: 1 }}
            onChange={(count) => onChange({ ...event, count })}
          />
        )
      )}
    </>
  );
}

function TimesField({ count, onChange }: { count: EventCount; onChange: (count: EventCount) => void }) {
  const { t } = useLingui();
  return (
    <>
      <NumberInput
        aria-label={t`Times`}
        size="xs"
        w={64}
        min={0}
        max={1_000_000}
        allowDecimal={false}
        value={count.value < 0 ? "" : count.value}
        onChange={(next) => onChange({ ...count, value: typeof next === "number" ? next : -1 })}
      />
      <Text size="sm">{t`times`}</Text>
    </>
  );
}

type AmountProps = { name: string; amount: EventAmount; onChange: (amount: EventAmount) => void };

function AmountFields({ name, amount, onChange }: AmountProps) {
  const { t } = useLingui();
  const words = useAmountOpWords();
  const items = useQuery(eventPropertiesQuery(name)).data?.items ?? [];
  return (
    <>
      <NamePicker
        label={t`Detail to reckon with`}
        placeholder={t`detail`}
        items={amount.of === "distinct" ? items : numbersFirst(items)}
        value={amount.property}
        onChange={(property) => onChange({ ...amount, property })}
      />
      <NativeSelect
        aria-label={t`More or less`}
        size="xs"
        data={AMOUNT_OPS.map((op) => ({ value: op, label: words[op] }))}
        value={amount.op}
        onChange={(change) => onChange({ ...amount, op: change.currentTarget.value as AmountOp })}
      />
      <DecimalInput
        aria-label={t`Amount`}
        placeholder={t`amount`}
        w={96}
        value={amount.value}
        onChange={(value) => onChange({ ...amount, value })}
      />
    </>
  );
}

/** What the choice means, where it is not plain. */
export function HowOftenHelp({ event }: { event: EventCondition }) {
  const { t } = useLingui();
  if (event.amount && !event.name)
    return <Help>{t`Choose an event first: then its details are here to choose from.`}</Help>;
  if (fitsNothing(event))
    return (
      <Help>{t`Whoever never did this comes to 0, and fits too. Add a rule that they did it, if they should not.`}</Help>
    );
  if (!event.occurrence || event.op !== "performed") return null;
  if (!event.window) return <Help>{t`At any time: that is everybody who ever did this. Choose a period.`}</Help>;
  return event.occurrence === "first" ? (
    <Help>{t`Only the very first time counts: whoever did this before the period does not fit.`}</Help>
  ) : (
    <Help>{t`Only the latest time counts: whoever did this again after the period does not fit.`}</Help>
  );
}
