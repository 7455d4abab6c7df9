import { useLingui } from "@lingui/react/macro";
import { Box, Code, Stack, Text } from "@mantine/core";
import { IconBroadcast } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import type { LiveEvent } from "@/api/types";
import { useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useSourceName } from "@/lib/sources";
import { ChannelIcon } from "@/ui/channels";
import { type Column, DataTable } from "@/ui/DataTable";
import { AppLink, LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState } from "@/ui/states";
import { Time } from "@/ui/Time";
import { personLabel, summary } from "../model";
import { EventDrawer } from "../parts/EventDrawer";
import { LiveControls } from "../parts/LiveControls";
import { useLabels } from "../useLabels";
import { useLiveEvents } from "../useLiveEvents";

export default function LivePage() {
  const { t } = useLingui();
  const [name, setName] = useSearchValue("name");
  const [channel, setChannel] = useSearchValue("channel");
  const [paused, setPaused] = useState(false);
  const [open, setOpen] = useState<LiveEvent | null>(null);
  const live = useLiveEvents({ name, channel }, paused);
  const labels = useLabels(paused);
  const filtered = name !== "" || channel !== "";
  return (
    <Page
      title={t`Live events`}
      description={t`What customers do, the moment it comes in. Select an event to see it whole.`}
    >
      <Stack gap="md">
        <LiveControls
          name={name}
          onName={setName}
          channel={channel}
          onChannel={setChannel}
          paused={paused}
          onPaused={setPaused}
          rate={live.rate}
          state={live.state}
          waiting={live.waiting}
        />
        <Panel flush>
          {live.events.length === 0 ? (
            filtered ? (
              <EmptyState icon={<IconBroadcast />} title={t`No event fits the filter yet`} />
            ) : (
              <EmptyState
                icon={<IconBroadcast />}
                title={t`Waiting for the first event`}
                text={t`Events appear here within a second after your website, app or shop sends them.`}
                actions={<LinkButton to={paths.sources()}>{t`Connect a source`}</LinkButton>}
              />
            )
          ) : (
            <EventTable events={live.events} labels={labels} onOpen={setOpen} />
          )}
        </Panel>
      </Stack>
      <EventDrawer event={open} labels={labels} onClose={() => setOpen(null)} />
    </Page>
  );
}

type TableProps = { events: LiveEvent[]; labels: ReadonlyMap<string, string>; onOpen: (event: LiveEvent) => void };

function EventTable({ events, labels, onOpen }: TableProps) {
  const { t } = useLingui();
  const sourceName = useSourceName();
  // Several events a second come in: only rows that are new are drawn.
  const columns = useMemo(
    (): Column<LiveEvent>[] => [
      {
        key: "name",
        header: t`Event`,
        cell: (event) => (
          <Text component="span" fw={500}>
            {event.name}
          </Text>
        ),
      },
      { key: "channel", header: t`Channel`, width: 70, cell: (event) => <ChannelIcon channel={event.channel} /> },
      {
        key: "person",
        header: t`Person`,
        cell: (event) => (
          <AppLink to={paths.person(event.profile.id)}>
            {personLabel(event, labels, (tail) => t`Visitor ${tail}`)}
          </AppLink>
        ),
      },
      {
        key: "what",
        header: t`Details`,
        from: "md",
        cell: (event) => (
          <Box maw="min(36rem, 34vw)">
            <Code
              bg="transparent"
              fz="xs"
              style={{ display: "block", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}
            >
              {summary(event)}
            </Code>
          </Box>
        ),
      },
      { key: "source", header: t`Source`, from: "lg", cell: (event) => sourceName(event.source) },
      {
        key: "at",
        header: t`Time`,
        from: "sm",
        numeric: true,
        cell: (event) => <Time at={event.at} style="clock" />,
      },
    ],
    [t, labels, sourceName],
  );
  return (
    <DataTable
      label={t`Live events`}
      rows={events}
      rowKey={(event) => event.id}
      onRowClick={onOpen}
      columns={columns}
    />
  );
}
