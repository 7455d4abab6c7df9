/** Everything a person did or received, newest first, by day, across channels. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Box, Button, Center, Collapse, Group, Select, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { eventNamesQuery } from "@/api/query";
import type { TimelineEvent } from "@/api/types";
import * as format from "@/lib/format";
import { useSearchValue } from "@/lib/nav";
import { useSourceName } from "@/lib/sources";
import { ChannelIcon, EVENT_CHANNELS, useChannelLabel } from "@/ui/channels";
import { JsonView } from "@/ui/copy";
import { EmptyState, QueryView } from "@/ui/states";
import { byDay, byMachine, reclassifiedHits, summaryOf } from "../model";
import { linesOf, repeats } from "../products/model";
import { ProductLines } from "../products/ProductLines";
import { type Cards, useCards } from "../products/queries";
import { timelineQuery } from "../queries";
import classes from "./Timeline.module.css";

function Entry({ event, machine, cards }: { event: TimelineEvent; machine: boolean; cards: Cards }) {
  const { t } = useLingui();
  const sourceName = useSourceName();
  const [open, setOpen] = useState(false);
  const summary = summaryOf(event);
  const found = linesOf(event);
  const lines = repeats(found, summary, (id) => cards.has(id)) ? [] : found;
  // The name of a product that stands below with its picture is not said twice.
  const named = lines.some((line) => line.name === summary);
  return (
    <li className={classes.entry}>
      <span className={classes.icon}>
        <ChannelIcon channel={event.channel} />
      </span>
      <Box style={{ minWidth: 0, flex: 1 }}>
        <UnstyledButton className={classes.head} onClick={() => setOpen(!open)} aria-expanded={open}>
          <Text fw={550} component="span">
            {event.name}
          </Text>
          {summary && !named && (
            <Text component="span" c="dimmed" className={classes.summary}>
              {summary}
            </Text>
          )}
          {machine && (
            <Badge component="span" variant="default" size="sm">
              <Trans>Machine</Trans>
            </Badge>
          )}
          <Text
            component="time"
            dateTime={event.at}
            size="sm"
            c="dimmed"
            className={classes.time}
            title={format.exactTime(event.at)}
          >
            {format.time(event.at)}
          </Text>
        </UnstyledButton>
        <ProductLines lines={lines} cards={cards} />
        <Collapse expanded={open}>
          {open && (
            <Stack gap="xs" pt="xs">
              <Text size="sm" c="dimmed">
                {format.exactTime(event.at)}
                {event.source && ` · ${sourceName(event.source)}`}
              </Text>
              <JsonView value={{ properties: event.properties, context: event.context }} label={t`The event as JSON`} />
            </Stack>
          )}
        </Collapse>
      </Box>
    </li>
  );
}

export function Timeline({ id }: { id: string }) {
  const { t } = useLingui();
  const label = useChannelLabel();
  const [channel, setChannel] = useSearchValue("channel");
  const [name, setName] = useSearchValue("event");
  const names = useQuery(eventNamesQuery);
  const timeline = useInfiniteQuery(timelineQuery(id, { channel, name }));
  const pages = useMemo(() => timeline.data?.pages.map((page) => page.items), [timeline.data]);
  const events = pages?.flat();
  const cards = useCards(pages ?? []);
  const reclassified = reclassifiedHits(events ?? []);
  return (
    <Stack gap="md">
      <Group gap="sm">
        <Select
          aria-label={t`Channel`}
          placeholder={t`All channels`}
          data={EVENT_CHANNELS.map((value) => ({ value, label: label(value) }))}
          value={channel || null}
          onChange={(value) => setChannel(value ?? "")}
          clearable
          clearButtonProps={{ "aria-label": t`Clear` }}
        />
        <Select
          aria-label={t`Event name`}
          placeholder={t`All events`}
          data={(names.data?.items ?? []).map((item) => item.name)}
          value={name || null}
          onChange={(value) => setName(value ?? "")}
          searchable
          clearable
          clearButtonProps={{ "aria-label": t`Clear` }}
        />
      </Group>
      <QueryView query={{ ...timeline, data: events }}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState
              icon={<IconHistory />}
              title={channel || name ? t`Nothing fits this filter` : t`Nothing has happened yet`}
            />
          ) : (
            <>
              {byDay(list).map((day) => (
                <section key={day.key}>
                  <Title order={2} size="h6" className={classes.day}>
                    {format.dayHeading(day.at)}
                  </Title>
                  <ul className={classes.list}>
                    {day.events.map((event) => (
                      <Entry key={event.id} event={event} machine={byMachine(event, reclassified)} cards={cards} />
                    ))}
                  </ul>
                </section>
              ))}
              {timeline.hasNextPage && (
                <Center>
                  <Button
                    variant="default"
                    size="xs"
                    loading={timeline.isFetchingNextPage}
                    onClick={() => void timeline.fetchNextPage()}
                  >
                    <Trans>Show earlier</Trans>
                  </Button>
                </Center>
              )}
            </>
          )
        }
      </QueryView>
    </Stack>
  );
}
