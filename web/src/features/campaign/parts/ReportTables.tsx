import { useLingui } from "@lingui/react/macro";
import { Box, Text } from "@mantine/core";
import type { CampaignReport } from "@/api/types";
import * as format from "@/lib/format";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { useWords } from "../words";

export function LinkTable({ links }: { links: CampaignReport["links"] }) {
  const { t } = useLingui();
  if (links.length === 0) {
    return (
      <Panel title={t`Links`}>
        <Text size="sm" c="dimmed">{t`Nobody has clicked a link yet.`}</Text>
      </Panel>
    );
  }
  return (
    <Panel
      flush
      title={t`Links`}
      note={t`People count once per link; security scanners and other machines stand apart.`}
    >
      <DataTable
        label={t`Links`}
        rows={links}
        rowKey={(link) => link.url}
        columns={[
          {
            key: "url",
            header: t`Link`,
            cell: (link) => (
              <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                {link.url}
              </Text>
            ),
          },
          { key: "unique", header: t`People`, numeric: true, cell: (link) => format.number(link.unique) },
          {
            key: "human",
            header: t`Clicks by people`,
            numeric: true,
            from: "sm",
            cell: (link) => format.number(link.clicks_human),
          },
          {
            key: "machine",
            header: t`Clicks by machines`,
            numeric: true,
            from: "sm",
            cell: (link) => format.number(link.clicks_machine),
          },
        ]}
      />
    </Panel>
  );
}

export function FailureTable({ failures }: { failures: CampaignReport["failures"] }) {
  const { t } = useLingui();
  const words = useWords();
  return (
    <Panel flush title={t`What did not arrive, and why`}>
      <DataTable
        label={t`What did not arrive, and why`}
        rows={failures}
        rowKey={(failure) => failure.reason}
        columns={[
          {
            key: "reason",
            header: t`Reason`,
            cell: (failure) => (
              <Box>
                <Text size="sm">{words.reason(failure.reason)}</Text>
                {failure.example && (
                  <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                    {t`For example: ${failure.example}`}
                  </Text>
                )}
              </Box>
            ),
          },
          { key: "count", header: t`Messages`, numeric: true, cell: (failure) => format.number(failure.count) },
        ]}
      />
    </Panel>
  );
}
