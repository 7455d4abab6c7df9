/** What was looked at and what was done, newest first; each line opens its receipt. */
import { useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { StateBadge } from "@/ui/StateBadge";
import { QueryView } from "@/ui/states";
import { runsQuery } from "../queries";
import type { Run } from "../types";
import { RUN_STATE } from "../words";

export function RunsPanel() {
  const { t } = useLingui();
  const runs = useInfiniteQuery(runsQuery);
  const rows = runs.data?.pages.flatMap((page) => page.items);
  if (rows?.length === 0) return null;
  return (
    <Panel
      title={t`What was looked at and done`}
      note={t`Each line has its receipt: how much went by which rule, or would go.`}
      flush
    >
      <QueryView query={{ ...runs, data: rows }}>
        {(list) => (
          <DataTable
            label={t`What was looked at and done`}
            rows={list}
            rowKey={(run) => run.id}
            rowHref={(run) => paths.retentionRun(run.id)}
            more={{
              has: runs.hasNextPage,
              loading: runs.isFetchingNextPage,
              load: () => void runs.fetchNextPage(),
            }}
            columns={[
              { key: "at", header: t`When`, cell: (run) => format.dateTime(run.started_at) },
              {
                key: "mode",
                header: t`What`,
                cell: (run) => (run.mode === "dry_run" ? t`Only looked` : t`Carried out`),
              },
              { key: "state", header: t`State`, cell: (run) => <StateBadge looks={RUN_STATE} state={run.state} /> },
              {
                key: "deleted",
                header: t`Deleted`,
                numeric: true,
                from: "sm",
                cell: (run) => <Count of={run.deleted} run={run} />,
              },
              {
                key: "anonymised",
                header: t`Made anonymous`,
                numeric: true,
                from: "sm",
                cell: (run) => <Count of={run.anonymised} run={run} />,
              },
              {
                key: "trigger",
                header: t`Started`,
                from: "md",
                cell: (run) => (run.trigger === "schedule" ? t`by schedule` : t`by hand`),
              },
            ]}
          />
        )}
      </QueryView>
    </Panel>
  );
}

/** A look took nothing away: its number says what would go. */
function Count({ of, run }: { of: number; run: Run }) {
  const { t } = useLingui();
  const number = format.number(of);
  if (run.mode === "run") return number;
  return (
    <Text size="sm" c="dimmed" span>
      {t`${number} would go`}
    </Text>
  );
}
