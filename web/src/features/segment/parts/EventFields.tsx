/** "did Order Completed at least 2 times in the last 60 days": what, how often, when, through which channel. */
import { useLingui } from "@lingui/react/macro";
import { NativeSelect, NumberInput, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { eventNamesQuery } from "@/api/query";
import type { EventCondition, EventWindow } from "@/api/types";
import { EVENT_CHANNELS, useChannelLabel } from "@/ui/channels";
import { NamePicker } from "./NamePicker";
import { DateInput, SpanInput } from "./ValueInput";
import { WhereFields } from "./WhereFields";

type Props = { event: EventCondition; onChange: (event: EventCondition) => void };
type CountOp = NonNullable<EventCondition["count"]>["op"];
type When = "ever" | "last" | "since" | "between";

function whenOf(window: EventWindow | null | undefined): When {
  if (!window) return "ever";
  return "last" in window ? "last" : "since" in window ? "since" : "between";
}

function windowFor(when: When): EventWindow | null {
  if (when === "last") return { last: { amount: 60, unit: "day" } };
  if (when === "since") return { since: "" };
  if (when === "between") return { between: { from: "", to: "" } };
  return null;
}

export function EventFields({ event, onChange }: Props) {
  const { t } = useLingui();
  const names = useQuery(eventNamesQuery);
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
        <WhereFields event={event.name} where={event.where ?? []} onChange={(where) => onChange({ ...event, where })} />
      )}
    </>
  );
}

function WindowFields({
  window,
  onChange,
}: {
  window: EventCondition["window"];
  onChange: (window: EventWindow | null) => void;
}) {
  const { t } = useLingui();
  return (
    <>
      <NativeSelect
        aria-label={t`When`}
        size="xs"
        data={[
          { value: "last", label: t`in the last` },
          { value: "since", label: t`since` },
          { value: "between", label: t`between` },
          { value: "ever", label: t`at any time` },
        ]}
        value={whenOf(window)}
        onChange={(change) => onChange(windowFor(change.currentTarget.value as When))}
      />
      {window && "last" in window && <SpanInput value={window.last} onChange={(last) => onChange({ last })} />}
      {window && "since" in window && (
        <DateInput label={t`Since`} value={window.since} onChange={(since) => onChange({ since })} />
      )}
      {window && "between" in window && (
        <>
          <DateInput
            label={t`From`}
            value={window.between.from}
            onChange={(from) => onChange({ between: { ...window.between, from } })}
          />
          <Text size="sm">{t`and`}</Text>
          <DateInput
            label={t`To`}
            value={window.between.to}
            onChange={(to) => onChange({ between: { ...window.between, to } })}
          />
        </>
      )}
    </>
  );
}

function ChannelField({
  channel,
  onChange,
}: {
  channel: EventCondition["channel"];
  onChange: (channel: string | null) => void;
}) {
  const { t } = useLingui();
  const label = useChannelLabel();
  return (
    <NativeSelect
      aria-label={t`Channel`}
      size="xs"
      data={[
        { value: "", label: t`on any channel` },
        ...EVENT_CHANNELS.map((value) => ({ value, label: t`on: ${label(value)}` })),
      ]}
      value={channel ?? ""}
      onChange={(change) => onChange(change.currentTarget.value || null)}
    />
  );
}
