import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Text } from "@mantine/core";
import { IconPlugConnected, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { sourcesQuery } from "@/api/query";
import type { Source } from "@/api/types";
import * as format from "@/lib/format";
import { useNow } from "@/lib/hooks";
import { useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useRefusedNotice } from "@/lib/refused";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { DataTable } from "@/ui/DataTable";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { healthOf } from "../connect/health";
import { Light } from "../connect/Light";
import { connectionsQuery } from "../connect/queries";
import { useHealthWords } from "../connect/words";
import { isConnection, KIND_ICONS, useSourceKinds } from "../kinds";
import { NewSource } from "../parts/NewSource";

export default function SourcesPage() {
  const { t } = useLingui();
  const [isNew, setIsNew] = useSearchValue("new");
  const mayWrite = useCan("source.write");
  const refused = useRefusedNotice();
  const sources = useQuery({ ...sourcesQuery, refetchInterval: 10_000 });
  useShortcut("c", t`Connect a source`, () => mayWrite && setIsNew("1"));
  const connect = mayWrite && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setIsNew("1")}>
      <Trans>Connect a source</Trans>
    </Button>
  );
  return (
    <Page
      title={t`Sources`}
      description={t`Where events, customers and orders come from, and how each is doing.`}
      actions={connect}
    >
      {refused && (
        <Notice to={paths.refusedOrders()} link={t`See why`}>
          {refused.text}
        </Notice>
      )}
      <Panel flush>
        <QueryView query={sources}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState
                icon={<IconPlugConnected />}
                title={t`No source yet`}
                text={t`A source is a website, app, till or program that tells what customers do, or a database, folder or other system that Tutti fetches from. Segment's libraries work unchanged.`}
                actions={connect}
              />
            ) : (
              <SourceTable items={items} />
            )
          }
        </QueryView>
      </Panel>
      <NewSource opened={isNew === "1" && mayWrite} onClose={() => setIsNew("")} />
    </Page>
  );
}

function SourceTable({ items }: { items: Source[] }) {
  const { t } = useLingui();
  const kinds = useSourceKinds();
  const words = useHealthWords();
  const now = useNow().getTime();
  const connections = useQuery({ ...connectionsQuery, enabled: items.some((source) => isConnection(source.kind)) });
  const healthy = (source: Source) =>
    healthOf(
      source,
      connections.data?.items.find((one) => one.id === source.id),
      now,
    );
  return (
    <DataTable
      label={t`Sources`}
      rows={items}
      rowKey={(source) => source.id}
      rowHref={(source) => paths.source(source.id)}
      columns={[
        {
          key: "name",
          header: t`Source`,
          cell: (source) => {
            const Look = KIND_ICONS[source.kind];
            return (
              <Group gap="xs" wrap="nowrap" component="span">
                <Look size={18} stroke={1.6} aria-hidden />
                {source.name}
              </Group>
            );
          },
        },
        {
          key: "kind",
          header: t`Kind`,
          from: "sm",
          cell: (source) => kinds.find((kind) => kind.value === source.kind)?.label ?? source.kind,
        },
        {
          key: "health",
          header: t`Health`,
          cell: (source) => {
            const health = healthy(source);
            return <Light light={health.light} label={words(health).title} />;
          },
        },
        { key: "events", header: t`Events`, numeric: true, cell: (source) => format.number(source.events) },
        { key: "last", header: t`Last event`, cell: (source) => <Time at={source.last_event_at} /> },
        {
          key: "refused",
          header: t`Refused`,
          numeric: true,
          from: "md",
          cell: (source) => (
            <Text size="sm" span c={source.rejected > 0 ? "var(--mantine-color-orange-text)" : "dimmed"}>
              {format.number(source.rejected)}
            </Text>
          ),
        },
        {
          key: "error",
          header: t`Last problem`,
          from: "md",
          cell: (source) => <Time at={source.last_error_at} />,
        },
      ]}
    />
  );
}
