/** Pause, filters, and how fast events come in. */
import { useLingui } from "@lingui/react/macro";
import { Badge, Button, Group, Select, Text } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { eventNamesQuery } from "@/api/query";
import type { StreamState } from "@/api/sse";
import * as format from "@/lib/format";
import { useShortcut } from "@/lib/shortcuts";
import { EVENT_CHANNELS, useChannelLabel } from "@/ui/channels";

type Props = {
  name: string;
  onName: (name: string) => void;
  channel: string;
  onChannel: (channel: string) => void;
  paused: boolean;
  onPaused: (paused: boolean) => void;
  rate: number | null;
  state: StreamState;
  waiting: number;
};

export function LiveControls(props: Props) {
  const { t } = useLingui();
  const label = useChannelLabel();
  const names = useQuery(eventNamesQuery);
  const toggle = () => props.onPaused(!props.paused);
  useShortcut("p", t`Pause or go on`, toggle);
  const open = props.state === "open";
  const look = props.paused
    ? { color: "orange", text: t`Paused` }
    : open
      ? { color: "teal", text: t`Listening` }
      : { color: "gray", text: t`Connecting …` };
  return (
    <Group gap="sm" align="center">
      <Button
        variant={props.paused ? "filled" : "default"}
        leftSection={
          props.paused ? <IconPlayerPlay size={16} aria-hidden /> : <IconPlayerPause size={16} aria-hidden />
        }
        onClick={toggle}
      >
        {props.paused ? t`Go on (${format.number(props.waiting)} new)` : t`Pause`}
      </Button>
      <Select
        aria-label={t`Event name`}
        placeholder={t`All events`}
        data={(names.data?.items ?? []).map((item) => item.name)}
        value={props.name || null}
        onChange={(value) => props.onName(value ?? "")}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t`Clear` }}
      />
      <Select
        aria-label={t`Channel`}
        placeholder={t`All channels`}
        data={EVENT_CHANNELS.map((value) => ({ value, label: label(value) }))}
        value={props.channel || null}
        onChange={(value) => props.onChannel(value ?? "")}
        clearable
        clearButtonProps={{ "aria-label": t`Clear` }}
      />
      <Group gap="xs" ml="auto" role="status">
        <Badge variant="dot" color={look.color} size="lg">
          {look.text}
        </Badge>
        {props.rate !== null && (
          <Text size="sm" c="dimmed">
            {t`${format.number(props.rate, props.rate < 10 ? 1 : 0)} per second`}
          </Text>
        )}
      </Group>
    </Group>
  );
}
