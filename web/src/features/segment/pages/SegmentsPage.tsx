import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Box, Group, Menu, Text } from "@mantine/core";
import { IconCopy, IconDots, IconFilter, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryClient, segmentsQuery } from "@/api/query";
import type { Segment } from "@/api/types";
import * as format from "@/lib/format";
import { useGo, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { DataTable } from "@/ui/DataTable";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { SearchField } from "@/ui/SearchField";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { toastDone, toastError } from "@/ui/toast";
import { useDeleteSegment } from "../useDeleteSegment";

const fits = (items: Segment[], q: string) =>
  items.filter((one) => one.name.toLowerCase().includes(q.trim().toLowerCase()));

export default function SegmentsPage() {
  const { t } = useLingui();
  const go = useGo();
  const [q, setQ] = useSearchValue("q");
  const segments = useQuery(segmentsQuery);
  const mayWrite = useCan("segment.write");
  useShortcut("c", t`New segment`, () => mayWrite && go(paths.newSegment()));
  const create = (
    <LinkButton to={paths.newSegment()} leftSection={<IconPlus size={16} aria-hidden />}>
      <Trans>New segment</Trans>
    </LinkButton>
  );
  return (
    <Page
      title={t`Segments`}
      description={t`Groups of people by what they are and what they did. They stay up to date by themselves.`}
      actions={mayWrite && create}
    >
      <QueryView query={segments}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <EmptyState
                icon={<IconFilter />}
                title={t`No segment yet`}
                text={t`For example: bought sneakers in the last 60 days, lives in the Netherlands, may be e-mailed. You see the count while you build.`}
                actions={mayWrite && create}
              />
            </Panel>
          ) : (
            <>
              <SearchField value={q} onChange={setQ} label={t`Search segments`} maw={360} />
              <Panel flush>
                {fits(items, q).length > 0 ? (
                  <SegmentTable items={fits(items, q)} />
                ) : (
                  <EmptyState icon={<IconFilter />} title={t`No segment fits this search`} />
                )}
              </Panel>
            </>
          )
        }
      </QueryView>
    </Page>
  );
}

function SegmentTable({ items }: { items: Segment[] }) {
  const { t } = useLingui();
  return (
    <DataTable
      label={t`Segments`}
      rows={items}
      rowKey={(segment) => segment.id}
      rowHref={(segment) => paths.segment(segment.id)}
      columns={[
        {
          key: "name",
          header: t`Segment`,
          cell: (segment) => (
            <Box component="span">
              <Text fw={500} component="span">
                {segment.name}
              </Text>
              <Text size="sm" c="dimmed" lineClamp={1} component="span" maw="60ch">
                {segment.sentence}
              </Text>
            </Box>
          ),
        },
        { key: "count", header: t`People`, numeric: true, cell: (segment) => format.number(segment.count) },
        {
          key: "share",
          header: t`Share`,
          numeric: true,
          from: "md",
          cell: (segment) => format.ratio(segment.count, segment.total),
        },
        {
          key: "today",
          header: t`Today`,
          numeric: true,
          from: "sm",
          cell: (segment) => `+${format.number(segment.entered_today)} −${format.number(segment.exited_today)}`,
        },
        { key: "changed", header: t`Changed`, from: "md", cell: (segment) => <Time at={segment.updated_at} /> },
        { key: "more", header: "", width: 44, cell: (segment) => <RowMenu segment={segment} /> },
      ]}
    />
  );
}

function RowMenu({ segment }: { segment: Segment }) {
  const { t } = useLingui();
  const remove = useDeleteSegment();
  const mayWrite = useCan("segment.write");
  const used = segment.used_by.length > 0;
  const duplicate = async () => {
    try {
      const { description, condition } = segment;
      await api.post("/api/v1/segments", { name: t`${segment.name} (copy)`, description, condition });
      await queryClient.invalidateQueries({ queryKey: segmentsQuery.queryKey });
      toastDone(t`Copied`);
    } catch (error) {
      toastError(error);
    }
  };
  if (!mayWrite) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t`More for ${segment.name}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconCopy size={15} aria-hidden />} onClick={() => void duplicate()}>
          <Trans>Duplicate</Trans>
        </Menu.Item>
        <Menu.Item
          leftSection={<IconTrash size={15} aria-hidden />}
          color="red"
          disabled={used}
          onClick={() => remove(segment)}
        >
          <Group gap={4}>{used ? t`Delete (in use)` : t`Delete`}</Group>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
