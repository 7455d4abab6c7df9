/** The last things that were sent to the address, what became of each, and replaying those that became nothing. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, Badge, Button, Group, Text } from "@mantine/core";
import { IconHandClick, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { DataTable } from "@/ui/DataTable";
import { LinkButton } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { payloadsQuery } from "../connect/queries";
import { useTroubleWords } from "../connect/troubles";
import type { Connection, Payload } from "../connect/types";
import { usePayloadStates } from "../connect/words";
import { PayloadDrawer } from "./PayloadDrawer";
import { useReplay } from "./useReplay";

export function Payloads({ connection }: { connection: Connection }) {
  const { t } = useLingui();
  const payloads = useQuery(payloadsQuery(connection.id));
  const states = usePayloadStates();
  const [open, setOpen] = useState<Payload | null>(null);
  return (
    <Panel title={t`What came in`} note={t`The last 20, kept so that you can look at them.`} flush>
      <Waiting connection={connection} />
      <QueryView query={payloads}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title={t`Nothing has come in yet`}
              text={t`Paste the address into the other system and let it send a test, or send one from a command line.`}
            />
          ) : (
            <DataTable
              label={t`What came in`}
              rows={items}
              rowKey={(payload) => payload.id}
              onRowClick={setOpen}
              columns={[
                { key: "at", header: t`When`, cell: (payload) => <Time at={payload.received_at} /> },
                {
                  key: "state",
                  header: t`State`,
                  cell: (payload) => (
                    <Badge variant="light" color={states[payload.state].color} miw="max-content">
                      {states[payload.state].label}
                    </Badge>
                  ),
                },
                { key: "events", header: t`Events`, numeric: true, cell: (one) => format.number(one.events) },
                { key: "why", header: t`Reason`, from: "sm", cell: (payload) => <Why payload={payload} /> },
                { key: "size", header: t`Size`, numeric: true, from: "md", cell: (one) => format.bytes(one.bytes) },
              ]}
            />
          )
        }
      </QueryView>
      <PayloadDrawer connection={connection} payload={open} onClose={() => setOpen(null)} />
    </Panel>
  );
}

export function Why({ payload }: { payload: Payload }) {
  const trouble = useTroubleWords()(payload.code);
  if (!payload.code && !payload.detail) return format.NOTHING;
  return (
    <>
      {trouble?.what}{" "}
      <Text span size="sm" c="dimmed" lang="en" style={{ overflowWrap: "anywhere" }}>
        {payload.detail}
      </Text>
    </>
  );
}

/** What was kept and became no event yet: first a mapping, then a replay. */
function Waiting({ connection }: { connection: Connection }) {
  const mayWrite = useCan("source.write");
  const replay = useReplay(connection);
  const { definition, failed_payloads } = connection;
  const hasRules = definition.kind === "webhook" && definition.mapping.rules.length > 0;
  if (failed_payloads === 0) return null;
  return (
    <Alert color="blue" mx="md" mb="sm">
      <Group gap="sm" justify="space-between">
        <Text size="sm" style={{ flex: "1 1 14rem" }}>
          <Plural
            value={failed_payloads}
            one="# payload is kept and became no event yet."
            other="# payloads are kept and became no events yet."
          />{" "}
          {!hasRules && <Trans>Say what they mean, then replay them.</Trans>}
        </Text>
        {hasRules ? (
          <Button
            size="xs"
            disabled={!mayWrite}
            leftSection={<IconRefresh size={14} aria-hidden />}
            loading={replay.isPending}
            onClick={() => replay.mutate(undefined)}
          >
            <Trans>Replay all</Trans>
          </Button>
        ) : (
          <LinkButton
            size="xs"
            to={`${paths.source(connection.id)}?tab=mapping`}
            leftSection={<IconHandClick size={14} aria-hidden />}
          >
            <Trans>Make the mapping</Trans>
          </LinkButton>
        )}
      </Group>
    </Alert>
  );
}
