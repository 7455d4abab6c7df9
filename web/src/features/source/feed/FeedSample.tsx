/** What a test of a feed has found: the first products, or the reason why there are none. */
import { Plural, useLingui } from "@lingui/react/macro";
import { Alert, Stack } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { NOTHING } from "@/lib/format";
import { type Column, DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { TestFailed } from "../connect/TestFailed";
import type { Tested } from "../connect/types";
import { columnsOf } from "./model";

type Found = { index: number; values: Tested["rows"][number] };

export function FeedSample({ tested }: { tested: Tested }) {
  const { t } = useLingui();
  if (!tested.ok) return <TestFailed tested={tested} kind="feed" />;
  const rows = tested.rows.map((values, index): Found => ({ index, values }));
  return (
    <Stack gap="md">
      <Alert icon={<IconCircleCheck />} color="teal" title={t`The connection works`} role="status">
        <Plural value={rows.length} _0="No product yet." one="# product to look at." other="# products to look at." />
      </Alert>
      {rows.length > 0 && (
        <Panel title={t`The first products`} flush order={3}>
          <DataTable
            label={t`The first products`}
            rows={rows}
            rowKey={(row) => String(row.index)}
            columns={columnsOf(tested.rows).map(
              (name): Column<Found> => ({ key: name, header: name, cell: (row) => row.values[name] ?? NOTHING }),
            )}
          />
        </Panel>
      )}
    </Stack>
  );
}
