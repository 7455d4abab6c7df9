import { Trans, useLingui } from "@lingui/react/macro";
import { Badge } from "@mantine/core";
import { IconPlus, IconTableImport } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRowKinds } from "@/lib/column-words";
import * as format from "@/lib/format";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { DataTable } from "@/ui/DataTable";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { isRunning, progress } from "../model";
import { importsQuery } from "../queries";
import { useStateWords } from "../words";

export default function ImportsPage() {
  const { t } = useLingui();
  const go = useGo();
  const states = useStateWords();
  const kinds = useRowKinds();
  const imports = useQuery(importsQuery);
  const mayWrite = useCan("import.write");
  useShortcut("c", t`Import a file`, () => mayWrite && go(paths.newImport()));
  const create = mayWrite && (
    <LinkButton to={paths.newImport()} leftSection={<IconPlus size={16} aria-hidden />}>
      <Trans>Import a file</Trans>
    </LinkButton>
  );
  return (
    <Page title={t`Imports`} description={t`Customers, orders, events and companies from files.`} actions={create}>
      <Panel flush>
        <QueryView query={imports}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState
                icon={<IconTableImport />}
                title={t`Nothing was imported yet`}
                text={t`Export customers or orders from your shop system as CSV or Excel and drop the file here. Columns are recognised by their names.`}
                actions={create}
              />
            ) : (
              <DataTable
                label={t`Imports`}
                rows={items}
                rowKey={(job) => job.id}
                rowHref={(job) => paths.import(job.id)}
                columns={[
                  { key: "name", header: t`File`, cell: (job) => job.name },
                  {
                    key: "kind",
                    header: t`Kind`,
                    from: "sm",
                    cell: (job) => kinds.find((kind) => kind.value === job.kind)?.label ?? job.kind,
                  },
                  {
                    key: "state",
                    header: t`State`,
                    cell: (job) => (
                      <Badge variant="light" color={states[job.state].color}>
                        {isRunning(job)
                          ? `${states[job.state].label} ${format.percent(progress(job), 0)}`
                          : states[job.state].label}
                      </Badge>
                    ),
                  },
                  { key: "rows", header: t`Rows`, numeric: true, cell: (job) => format.number(job.rows_done) },
                  {
                    key: "rejected",
                    header: t`Not read`,
                    numeric: true,
                    from: "sm",
                    cell: (job) => format.number(job.rows_rejected),
                  },
                  { key: "at", header: t`Started`, from: "sm", cell: (job) => <Time at={job.started_at} /> },
                ]}
              />
            )
          }
        </QueryView>
      </Panel>
    </Page>
  );
}
