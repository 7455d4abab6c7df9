/** What a test has found: the first rows, or the reason why there are none. */
import { Plural, useLingui } from "@lingui/react/macro";
import { Alert, Badge, Stack } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import * as format from "@/lib/format";
import { type Column, DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";
import { TestFailed } from "./TestFailed";
import type { Tested } from "./types";

const ROWS_SHOWN = 5;

export function TestResult({ tested, kind }: { tested: Tested; kind?: string }) {
  const { t } = useLingui();
  if (!tested.ok) return <TestFailed tested={tested} kind={kind} />;
  return (
    <Stack gap="md">
      <Alert icon={<IconCircleCheck />} color="teal" title={t`The connection works`} role="status">
        {tested.rows.length > 0 ? (
          <Plural value={tested.rows.length} one="# row to look at." other="# rows to look at." />
        ) : (
          t`There are no rows at the moment.`
        )}
      </Alert>
      {tested.files.length > 0 && <Files tested={tested} />}
      {tested.rows.length > 0 && <Rows tested={tested} />}
    </Stack>
  );
}

function Files({ tested }: { tested: Tested }) {
  const { t } = useLingui();
  return (
    <Panel title={t`Files that fit`} flush order={3}>
      <DataTable
        label={t`Files that fit`}
        rows={tested.files}
        rowKey={(file) => file.name}
        columns={[
          {
            key: "name",
            header: t`File`,
            cell: (file) => <span style={{ overflowWrap: "anywhere" }}>{file.name}</span>,
          },
          { key: "size", header: t`Size`, numeric: true, from: "sm", cell: (file) => format.bytes(file.bytes) },
          { key: "at", header: t`Changed`, from: "sm", cell: (file) => <Time at={file.modified_at} /> },
          {
            key: "state",
            header: t`State`,
            cell: (file) => (
              <Badge variant="light" color={file.known ? "gray" : "teal"} miw="max-content">
                {file.known ? t`Imported before` : t`New: will be imported`}
              </Badge>
            ),
          },
        ]}
      />
    </Panel>
  );
}

function Rows({ tested }: { tested: Tested }) {
  const { t } = useLingui();
  const rows = tested.rows.slice(0, ROWS_SHOWN).map((values, index) => ({ index, values }));
  return (
    <Panel title={t`The first rows`} flush order={3}>
      <DataTable
        label={t`The first rows`}
        rows={rows}
        rowKey={(row) => String(row.index)}
        columns={tested.columns.map(
          ({ name }): Column<(typeof rows)[number]> => ({
            key: name,
            header: name,
            cell: (row) => row.values[name] ?? format.NOTHING,
          }),
        )}
      />
    </Panel>
  );
}
