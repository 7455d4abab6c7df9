/** "in the last 60 days", "on: Web": when something happened, and through which channel. */
import { useLingui } from "@lingui/react/macro";
import { NativeSelect, Text } from "@mantine/core";
import type { EventCondition, EventWindow } from "@/api/types";
import { EVENT_CHANNELS, useChannelLabel } from "@/ui/channels";
import { DateInput, SpanInput } from "./ValueInput";

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

export function WindowFields({
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

export function ChannelField({
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
