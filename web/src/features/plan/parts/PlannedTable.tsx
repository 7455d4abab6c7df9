/** The events of the plan, with how many arrived and how many were not as planned. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, NativeSelect, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconListCheck } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import * as format from "@/lib/format";
import { useNow } from "@/lib/hooks";
import { useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { SearchField } from "@/ui/SearchField";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { comparedOf } from "../compared";
import { plannedListQuery, refresh, restorePlanned } from "../queries";
import { KINDS, type PlannedEvent } from "../types";
import { useArchive } from "../useArchive";
import { useEventName, useKindWords } from "../words";

export function PlannedTable() {
  const { t } = useLingui();
  const kinds = useKindWords();
  const [q, setQ] = useSearchValue("q");
  const [kind, setKind] = useSearchValue("kind");
  const [status, setStatus] = useSearchValue("status", "planned");
  const list = useInfiniteQuery(plannedListQuery({ status, kind, q }));
  const rows = list.data?.pages.flatMap((page) => page.items);
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <SearchField value={q} onChange={setQ} label={t`Search an event`} maw={280} />
        <NativeSelect
          aria-label={t`Kind`}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
          data={[
            { value: "", label: t`All kinds` },
            ...KINDS.map((value) => ({ value: value as string, label: kinds[value] })),
          ]}
        />
        <SegmentedControl
          aria-label={t`Which events`}
          size="xs"
          value={status}
          onChange={setStatus}
          data={[
            { value: "planned", label: t`Planned` },
            { value: "archived", label: t`Archived` },
          ]}
        />
      </Group>
      <Panel flush>
        <QueryView query={{ ...list, data: rows }}>
          {(items) =>
            items.length === 0 ? (
              <EmptyState icon={<IconListCheck />} title={t`No event fits`} />
            ) : (
              <Table
                items={items}
                more={{
                  has: list.hasNextPage,
                  loading: list.isFetchingNextPage,
                  load: () => void list.fetchNextPage(),
                }}
              />
            )
          }
        </QueryView>
      </Panel>
    </Stack>
  );
}

type TableProps = { items: PlannedEvent[]; more: { has: boolean; loading: boolean; load: () => void } };

function Table({ items, more }: TableProps) {
  const { t } = useLingui();
  const nameOf = useEventName();
  return (
    <DataTable
      label={t`Planned events`}
      rows={items}
      rowKey={(event) => event.id}
      rowHref={(event) => paths.planned(event.id)}
      more={more}
      columns={[
        { key: "name", header: t`Event`, cell: (event) => nameOf(event) },
        {
          key: "properties",
          header: t`Properties`,
          from: "md",
          cell: (event) => (
            <Text size="sm" span>
              {t`${format.number(event.property_count)}, of which ${format.number(event.required)} required`}
            </Text>
          ),
        },
        {
          key: "compared",
          header: t`Compared in 7 days`,
          from: "sm",
          numeric: true,
          cell: (event) => <Compared event={event} />,
        },
        {
          key: "day",
          header: t`Not as planned, 24 hours`,
          from: "sm",
          numeric: true,
          cell: (event) => <Count value={event.last_24h.violating} />,
        },
        {
          key: "week",
          header: t`Not as planned, 7 days`,
          numeric: true,
          cell: (event) => <Count value={event.last_7d.violating} />,
        },
        { key: "last", header: t`Last problem`, from: "md", cell: (event) => <Time at={event.last_violation_at} /> },
        { key: "act", header: "", numeric: true, from: "sm", cell: (event) => <RowAction event={event} /> },
      ]}
    />
  );
}

function Compared({ event }: { event: PlannedEvent }) {
  const { t } = useLingui();
  const { count, since: from } = comparedOf(event, useNow().getTime());
  const since = from && format.date(from);
  return (
    <>
      {count === null ? format.NOTHING : format.number(count)}
      {since && (
        <Text size="xs" c="dimmed">
          {t`since ${since}`}
        </Text>
      )}
    </>
  );
}

function Count({ value }: { value: number }) {
  return (
    <Text size="sm" span c={value > 0 ? "var(--mantine-color-orange-text)" : "dimmed"}>
      {format.number(value)}
    </Text>
  );
}

function RowAction({ event }: { event: PlannedEvent }) {
  const { t } = useLingui();
  const name = useEventName()(event);
  const mayWrite = useCan("source.write");
  const archive = useArchive();
  const restore = useMutation({ mutationFn: () => restorePlanned(event.id), onSuccess: refresh });
  if (!mayWrite) return null;
  if (event.status === "archived") {
    return (
      <Button
        size="compact-sm"
        variant="default"
        loading={restore.isPending}
        aria-label={t`Plan it again: ${name}`}
        onClick={() => restore.mutate()}
      >
        <Trans>Plan it again</Trans>
      </Button>
    );
  }
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={archive.isPending}
      aria-label={t`Archive ${name}`}
      onClick={() => archive.mutate(event)}
    >
      <Trans>Archive</Trans>
    </Button>
  );
}
