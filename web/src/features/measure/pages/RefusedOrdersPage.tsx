/** Order events whose amount or currency cannot be used: which, why, and what to do. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Code, Stack, Text } from "@mantine/core";
import { IconReceipt } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { RefusedOrder, RefusedOrders } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { ChannelIcon } from "@/ui/channels";
import { type Column, DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { personQuery, refusedOrdersQuery } from "../queries";
import { useRefusalWords } from "../words";

export default function RefusedOrdersPage() {
  const { t } = useLingui();
  const refused = useInfiniteQuery(refusedOrdersQuery);
  const first = refused.data?.pages[0];
  const rows = refused.data?.pages.flatMap((page) => page.items) ?? [];
  const more = {
    has: refused.hasNextPage,
    loading: refused.isFetchingNextPage,
    load: () => void refused.fetchNextPage(),
  };
  return (
    <Page
      title={t`Orders that could not be counted`}
      description={t`Their amount or currency cannot be used, so they are in no revenue and in no report. What came in is kept.`}
      back={{ to: paths.sources(), label: t`Sources` }}
    >
      <QueryView query={{ ...refused, data: first }}>
        {({ total, by_reason }) =>
          total === 0 ? (
            <Panel>
              <EmptyState
                icon={<IconReceipt />}
                title={t`Every order could be counted`}
                text={t`An order whose amount or currency cannot be used would stand here, with the reason and what to do about it.`}
              />
            </Panel>
          ) : (
            <Stack gap="md">
              <Reasons reasons={by_reason} />
              <Panel
                title={t`Which ones`}
                note={t`Latest first. An order leaves this list when it is sent again, corrected.`}
                flush
              >
                <OrderTable rows={rows} more={more} />
              </Panel>
            </Stack>
          )
        }
      </QueryView>
    </Page>
  );
}

function Reasons({ reasons }: { reasons: RefusedOrders["by_reason"] }) {
  const { t } = useLingui();
  const words = useRefusalWords();
  return (
    <Panel title={t`Why, and what to do about it`} flush>
      <DataTable
        label={t`Why, and what to do about it`}
        rows={reasons}
        rowKey={(row) => row.reason}
        columns={[
          {
            key: "reason",
            header: t`Reason`,
            cell: (row) => (
              <>
                <Text size="sm" fw={550}>
                  {words.why(row.reason)}
                </Text>
                <Text size="sm" c="dimmed" maw="75ch">
                  {words.help(row.reason)}
                </Text>
              </>
            ),
          },
          { key: "count", header: t`Orders`, numeric: true, cell: (row) => format.number(row.count) },
        ]}
      />
      <Text size="sm" px="md" py="sm" maw="85ch">
        <Trans>
          An order that was refused counts after all as soon as the shop sends it again, corrected: an event{" "}
          <Code>Order Updated</Code> with the same <Code>order_id</Code>.
        </Trans>
      </Text>
    </Panel>
  );
}

/** The list holds ids; the id also stands for who may not be seen. */
function PersonLink({ id }: { id: string }) {
  const person = useQuery({ ...personQuery(id), enabled: useCan("profile.read") });
  return (
    <AppLink to={paths.person(id)} style={{ whiteSpace: "nowrap" }}>
      {person.data ? format.person(person.data.label) : id}
    </AppLink>
  );
}

function OrderTable({ rows, more }: { rows: RefusedOrder[]; more: Parameters<typeof DataTable>[0]["more"] }) {
  const { t } = useLingui();
  const words = useRefusalWords();
  const columns: Column<RefusedOrder>[] = [
    {
      key: "order",
      header: t`Order number`,
      cell: (row) => <Code style={{ overflowWrap: "anywhere" }}>{row.order_id || format.NOTHING}</Code>,
    },
    { key: "reason", header: t`Reason`, from: "sm", cell: (row) => words.why(row.reason) },
    {
      key: "said",
      header: t`What it said`,
      cell: (row) => (
        <>
          <Code style={{ overflowWrap: "anywhere" }}>{row.said}</Code>
          <Text size="xs" c="dimmed" hiddenFrom="sm">
            {words.why(row.reason)}
          </Text>
        </>
      ),
    },
    {
      key: "person",
      header: t`Person`,
      cell: (row) => <PersonLink id={row.profile_id} />,
    },
    { key: "event", header: t`Event`, from: "md", cell: (row) => row.event },
    { key: "channel", header: t`Channel`, from: "md", cell: (row) => <ChannelIcon channel={row.channel} /> },
    { key: "at", header: t`When`, from: "sm", cell: (row) => <Time at={row.at} style="dateTime" /> },
  ];
  return (
    <DataTable
      label={t`Orders that could not be counted`}
      rows={rows}
      rowKey={(row) => `${row.order_id}${row.at}${row.event}${row.said}`}
      columns={columns}
      more={more}
    />
  );
}
