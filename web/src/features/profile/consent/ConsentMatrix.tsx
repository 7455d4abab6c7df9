/** Channels across, topics down; each cell opens its proof. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Group, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import type { Preferences } from "@/api/consent";
import { CONSENT_COLORS, useStateWords, useSubjectName, useTopicName } from "@/lib/consent-words";
import { ChannelIcon, useChannelLabel } from "@/ui/channels";
import { type Column, DataTable } from "@/ui/DataTable";
import { Time } from "@/ui/Time";
import classes from "./consent.module.css";
import { type Cell, type Row, rowsOf, shownChannels } from "./model";
import { useWhyWords } from "./words";

type Props = { preferences: Preferences; onOpen: (cell: Cell) => void };

export function ConsentMatrix({ preferences, onOpen }: Props) {
  const { t } = useLingui();
  const label = useChannelLabel();
  const columns: Column<Row>[] = [
    { key: "topic", header: t`Topic`, cell: (row) => <TopicName row={row} /> },
    ...shownChannels(preferences).map(
      (channel): Column<Row> => ({
        key: channel,
        header: (
          <Group gap={6} wrap="nowrap" component="span">
            <ChannelIcon channel={channel} />
            {label(channel)}
          </Group>
        ),
        cell: (row) => <CellButton cell={row.cells.get(channel)} onOpen={onOpen} />,
      }),
    ),
    ...(preferences.topics.length > 0
      ? [
          {
            key: "whole",
            header: t`The topic itself`,
            cell: (row: Row) => row.whole && <CellButton cell={row.whole} onOpen={onOpen} />,
          },
        ]
      : []),
  ];
  return (
    <DataTable
      label={t`Consent by topic and channel`}
      rows={rowsOf(preferences)}
      rowKey={(row) => row.topic?.key ?? ""}
      columns={columns}
    />
  );
}

function TopicName({ row: { topic } }: { row: Row }) {
  const nameOf = useTopicName();
  if (!topic) {
    return (
      <>
        <Text size="sm" fw={600}>
          <Trans>The channel itself</Trans>
        </Text>
        <Text size="xs" c="dimmed">
          <Trans>Without it nothing is sent</Trans>
        </Text>
      </>
    );
  }
  return (
    <>
      <Text size="sm">{nameOf(topic.key)}</Text>
      {topic.archived && (
        <Text size="xs" c="dimmed">
          <Trans>Archived</Trans>
        </Text>
      )}
    </>
  );
}

export function StateOf({ cell }: { cell: Cell }) {
  const words = useStateWords();
  const { state } = cell.said;
  return (
    <Badge variant="light" color={CONSENT_COLORS[state]} miw="max-content">
      {words[state]}
    </Badge>
  );
}

function CellButton({ cell, onOpen }: { cell: Cell | undefined; onOpen: (cell: Cell) => void }) {
  const name = useSubjectName();
  const why = useWhyWords();
  if (!cell) {
    return (
      <Text size="xs" c="dimmed">
        <Trans>not offered</Trans>
      </Text>
    );
  }
  const subject = name(cell.subject);
  const reason = cell.suppressed ? why("suppressed") : why(cell.why);
  return (
    <UnstyledButton className={classes.cell} onClick={() => onOpen(cell)}>
      <VisuallyHidden>{subject}: </VisuallyHidden>
      <StateOf cell={cell} />
      {cell.said.at && (
        <Text size="xs" c="dimmed" component="span">
          <Time at={cell.said.at} style="date" />
        </Text>
      )}
      {reason && (
        <Text size="xs" component="span" c="var(--mantine-color-orange-text)">
          {reason}
        </Text>
      )}
    </UnstyledButton>
  );
}
