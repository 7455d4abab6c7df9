/** One topic: what it is, who wants it, where it is offered, and what can be done with it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Badge, Box, Button, Group, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconGripVertical } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { KeyboardEvent } from "react";
import { localised, type Topic, topicName } from "@/api/consent";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { ChannelBadge } from "@/ui/channels";
import { AppLink } from "@/ui/links";
import { topicCounts } from "../model";
import { summaryQuery } from "../queries";
import { useArchiveTopic } from "../useArchiveTopic";
import classes from "./consent.module.css";

type Place = {
  at: number;
  of: number;
  move: (to: number, name: string) => void;
  /** Another one is being dragged and may be dropped here. */
  dragged: boolean;
  onDrag: (on: boolean) => void;
  onDrop: (name: string) => void;
};

/** `place` is null where the order says nothing. */
type Props = { topic: Topic; mayWrite: boolean; onEdit: () => void; place: Place | null };

export function TopicRow({ topic, mayWrite, onEdit, place }: Props) {
  const { t, i18n } = useLingui();
  const name = topicName(topic, i18n.locale);
  const movable = place !== null && mayWrite;
  const onKeyDown = (event: KeyboardEvent) => {
    if (!movable || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    place.move(place.at + (event.key === "ArrowUp" ? -1 : 1), name);
  };
  return (
    <li
      className={classes.topic}
      data-over={place?.dragged || undefined}
      draggable={movable}
      onDragStart={() => place?.onDrag(true)}
      onDragEnd={() => place?.onDrag(false)}
      onDragOver={(event) => movable && event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        place?.onDrop(name);
      }}
      onKeyDown={onKeyDown}
    >
      {movable && (
        <span className={classes.handle}>
          <IconGripVertical size={16} aria-hidden />
        </span>
      )}
      <Box className={classes.words}>
        <Text fw={600}>{name}</Text>
        <Text size="sm" c="dimmed">
          {localised(topic.description, i18n.locale)}
        </Text>
        <Facts topic={topic} />
      </Box>
      <Group gap={4} wrap="nowrap">
        {movable && (
          <>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t`Move ${name} up`}
              disabled={place.at === 0}
              onClick={() => place.move(place.at - 1, name)}
            >
              <IconArrowUp size={16} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t`Move ${name} down`}
              disabled={place.at === place.of - 1}
              onClick={() => place.move(place.at + 1, name)}
            >
              <IconArrowDown size={16} />
            </ActionIcon>
          </>
        )}
        {mayWrite && <Actions topic={topic} name={name} onEdit={onEdit} />}
      </Group>
    </li>
  );
}

function Facts({ topic }: { topic: Topic }) {
  const { t } = useLingui();
  const summary = useQuery(summaryQuery).data;
  const counts = summary && topicCounts(summary, topic.key);
  const numbers = counts && {
    subscribed: format.number(counts.subscribed),
    pending: format.number(counts.pending),
    unsubscribed: format.number(counts.unsubscribed),
    never: format.number(counts.never),
  };
  return (
    <>
      <Group gap={6} mt={6}>
        {topic.channels.map((channel) => (
          <ChannelBadge key={channel} channel={channel} />
        ))}
        {topic.default === "opt_out" && (
          <Badge variant="outline" color="gray">
            <Trans>Everybody until they say no</Trans>
          </Badge>
        )}
        {topic.double_opt_in && (
          <Badge variant="outline" color="gray">
            <Trans>Confirmed by e-mail</Trans>
          </Badge>
        )}
      </Group>
      {numbers && (
        <Text size="sm" mt={6}>
          {t`${numbers.subscribed} subscribed, ${numbers.pending} not confirmed yet, ${numbers.unsubscribed} unsubscribed, ${numbers.never} never asked`}
        </Text>
      )}
      {topic.used_by.length > 0 && (
        <Text size="sm" c="dimmed" component="div">
          <Trans>Used by</Trans>{" "}
          {topic.used_by.map((one, at) => (
            <span key={one.id}>
              {at > 0 && ", "}
              {one.kind === "campaign" ? (
                <AppLink inherit underline="always" to={paths.campaign(one.id)}>
                  {one.name}
                </AppLink>
              ) : (
                one.name
              )}
            </span>
          ))}
        </Text>
      )}
    </>
  );
}

function Actions({ topic, name, onEdit }: { topic: Topic; name: string; onEdit: () => void }) {
  const { t } = useLingui();
  const { archive, restore, isPending } = useArchiveTopic();
  return (
    <>
      <Button size="compact-sm" variant="default" aria-label={t`Edit ${name}`} onClick={onEdit}>
        <Trans>Edit</Trans>
      </Button>
      {topic.archived ? (
        <Button
          size="compact-sm"
          variant="default"
          loading={isPending}
          aria-label={t`Offer again: ${name}`}
          onClick={() => restore(topic)}
        >
          <Trans>Offer again</Trans>
        </Button>
      ) : (
        <Button
          size="compact-sm"
          variant="default"
          loading={isPending}
          aria-label={t`Archive ${name}`}
          onClick={() => archive(topic)}
        >
          <Trans>Archive</Trans>
        </Button>
      )}
    </>
  );
}
