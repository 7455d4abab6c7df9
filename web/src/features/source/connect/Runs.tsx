/** The times something was fetched: how far it is, how it went, and why it stopped. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Group, Progress, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { runsQuery } from "./queries";
import { useTroubleWords } from "./troubles";
import type { Connection, Run } from "./types";
import { useRunStates, useScheduleWords } from "./words";

export function Runs({ connection }: { connection: Connection }) {
  const { t } = useLingui();
  const states = useRunStates();
  const schedule = useScheduleWords();
  const { definition } = connection;
  const runs = useInfiniteQuery(runsQuery(connection.id, connection.health.state === "running"));
  const rows = runs.data?.pages.flatMap((page) => page.items);
  const running = rows?.find((run) => run.state === "running");
  return (
    <Panel
      title={t`Runs`}
      note={
        "schedule" in definition && (
          <>
            {schedule(definition.schedule)}
            {connection.enabled && connection.next_run_at && (
              <>
                {" · "}
                <Trans>
                  next <Time at={connection.next_run_at} style="dateTime" />
                </Trans>
              </>
            )}
          </>
        )
      }
      flush
    >
      {running && <Under run={running} />}
      <QueryView query={{ ...runs, data: rows }}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title={t`It has not run yet`} text={t`It runs by its schedule, or at once with “Run now”.`} />
          ) : (
            <DataTable
              label={t`Runs`}
              rows={list}
              rowKey={(run) => run.id}
              more={{
                has: runs.hasNextPage,
                loading: runs.isFetchingNextPage,
                load: () => void runs.fetchNextPage(),
              }}
              columns={[
                { key: "at", header: t`Started`, cell: (run) => <Time at={run.started_at} /> },
                {
                  key: "state",
                  header: t`State`,
                  cell: (run) => (
                    <Badge variant="light" color={states[run.state].color} miw="max-content">
                      {states[run.state].label}
                    </Badge>
                  ),
                },
                { key: "read", header: t`Rows`, numeric: true, cell: (run) => format.number(run.read) },
                {
                  key: "refused",
                  header: t`Refused`,
                  numeric: true,
                  from: "sm",
                  cell: (run) => format.number(run.refused),
                },
                { key: "why", header: t`Result`, from: "sm", cell: (run) => <Outcome run={run} /> },
              ]}
            />
          )
        }
      </QueryView>
    </Panel>
  );
}

function Under({ run }: { run: Run }) {
  const { t } = useLingui();
  const [read, refused] = [format.number(run.read), format.number(run.refused)];
  return (
    <Group px="md" pb="sm" gap="xs">
      <Progress value={100} animated size="md" flex="1 1 10rem" aria-label={t`Fetching`} />
      <Text size="sm" role="status">
        {t`${read} rows read, ${refused} refused`}
      </Text>
    </Group>
  );
}

function Outcome({ run }: { run: Run }) {
  const { t } = useLingui();
  const trouble = useTroubleWords()(run.code);
  const [first] = run.imports;
  if (run.code || run.detail) {
    return (
      <>
        {trouble?.what}
        {run.detail && (
          <Text size="sm" c="dimmed" lang="en" style={{ overflowWrap: "anywhere" }}>
            {run.detail}
          </Text>
        )}
      </>
    );
  }
  return (
    <Group gap="xs">
      <span>{t`${format.number(run.accepted)} accepted`}</span>
      {first && (
        <AppLink to={run.imports.length === 1 ? paths.import(first) : paths.imports()} size="sm">
          {t`Rows one by one`}
        </AppLink>
      )}
    </Group>
  );
}
