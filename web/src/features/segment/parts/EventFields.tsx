/** "did Order Completed at least 2 times in the last 60 days": what, how often, when, through which channel. */
import { useLingui } from "@lingui/react/macro";
import { NativeSelect, NumberInput, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { eventNamesQuery, eventPropertiesQuery } from "@/api/query";
import type { EventCondition } from "@/api/types";
import { NamePicker } from "@/ui/conditions/NamePicker";
import { WhereFields } from "@/ui/conditions/WhereFields";
import { ChannelField, WindowFields } from "@/ui/conditions/WindowFields";

type Props = { event: EventCondition; onChange: (event: EventCondition) => void };
type CountOp = NonNullable<EventCondition["count"]>["op"];

export function EventFields({ event, onChange }: Props) {
  const { t } = useLingui();
  const names = useQuery(eventNamesQuery);
  const properties = useQuery(eventPropertiesQuery(event.name));
  const count = event.count ?? { op: "at_least" as const, value: 1 };
  return (
    <>
      <NativeSelect
        aria-label={t`Did or did not`}
        size="xs"
        data={[
          { value: "performed", label: t`did` },
          { value: "not_performed", label: t`did not do` },
        ]}
        value={event.op}
        onChange={(change) => onChange({ ...event, op: change.currentTarget.value as EventCondition["op"] })}
      />
      <NamePicker
        label={t`Event`}
        placeholder={t`event`}
        items={names.data?.items ?? []}
        value={event.name}
        onChange={(name) => onChange({ ...event, name, where: name === event.name ? event.where : [] })}
      />
      <NativeSelect
        aria-label={t`How often`}
        size="xs"
        data={[
          { value: "at_least", label: t`at least` },
          { value: "exactly", label: t`exactly` },
          { value: "at_most", label: t`at most` },
        ]}
        value={count.op}
        onChange={(change) => onChange({ ...event, count: { ...count, op: change.currentTarget.value as CountOp } })}
      />
      <NumberInput
        aria-label={t`Times`}
        size="xs"
        w={64}
        min={0}
        max={1_000_000}
        allowDecimal={false}
        value={count.value}
        onChange={(next) => onChange({ ...event, count: { ...count, value: typeof next === "number" ? next : -1 } })}
      />
      <Text size="sm">{t`times`}</Text>
      <WindowFields window={event.window} onChange={(window) => onChange({ ...event, window })} />
      <ChannelField channel={event.channel} onChange={(channel) => onChange({ ...event, channel })} />
      {event.name && (
        <WhereFields
          items={properties.data?.items ?? []}
          where={event.where ?? []}
          onChange={(where) => onChange({ ...event, where })}
        />
      )}
    </>
  );
}
