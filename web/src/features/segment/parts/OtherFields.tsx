/** Reachability, and membership of another segment. */
import { useLingui } from "@lingui/react/macro";
import { NativeSelect, Select, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { segmentsQuery } from "@/api/query";
import { CONSENT_CHANNELS, useChannelLabel } from "@/ui/channels";

function useChannels() {
  const label = useChannelLabel();
  return CONSENT_CHANNELS.map((value) => ({ value, label: label(value) }));
}

export function ReachableFields({ channel, onChange }: { channel: string; onChange: (channel: string) => void }) {
  const { t } = useLingui();
  return (
    <>
      <Text size="sm">{t`may be reached by`}</Text>
      <NativeSelect
        aria-label={t`Channel`}
        size="xs"
        data={useChannels()}
        value={channel}
        onChange={(change) => onChange(change.currentTarget.value)}
      />
    </>
  );
}

type SegmentBody = { id: string; op: "in" | "not_in" };
type SegmentProps = { segment: SegmentBody; self?: string; onChange: (segment: SegmentBody) => void };

export function SegmentFields({ segment, self, onChange }: SegmentProps) {
  const { t } = useLingui();
  const segments = useQuery(segmentsQuery);
  const others = (segments.data?.items ?? []).filter((one) => one.id !== self);
  return (
    <>
      <NativeSelect
        aria-label={t`In or not in`}
        size="xs"
        data={[
          { value: "in", label: t`is in` },
          { value: "not_in", label: t`is not in` },
        ]}
        value={segment.op}
        onChange={(change) => onChange({ ...segment, op: change.currentTarget.value as SegmentBody["op"] })}
      />
      <Select
        aria-label={t`Segment`}
        placeholder={t`segment`}
        size="xs"
        w={220}
        searchable
        allowDeselect={false}
        data={others.map((one) => ({ value: one.id, label: one.name }))}
        value={segment.id || null}
        onChange={(id) => id && onChange({ ...segment, id })}
      />
    </>
  );
}
