import { useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import type { CompanySummary } from "@/api/companies";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { DataTable } from "@/ui/DataTable";
import { Time } from "@/ui/Time";
import { revenueText } from "../model";

type Props = { rows: CompanySummary[]; more: { has: boolean; loading: boolean; load: () => void } };

export function CompanyTable({ rows, more }: Props) {
  const { t } = useLingui();
  return (
    <DataTable
      label={t`Companies`}
      rows={rows}
      rowKey={(company) => company.id}
      rowHref={(company) => paths.company(company.id)}
      more={more}
      columns={[
        {
          key: "name",
          header: t`Company`,
          cell: (company) => (
            <>
              <span style={{ overflowWrap: "anywhere" }}>{company.name}</span>
              {company.domain && (
                <Text size="sm" c="dimmed" component="span" display="block" style={{ overflowWrap: "anywhere" }}>
                  {company.domain}
                </Text>
              )}
            </>
          ),
        },
        { key: "industry", header: t`Industry`, from: "md", cell: (company) => company.industry ?? format.NOTHING },
        { key: "members", header: t`Members`, numeric: true, cell: (company) => format.number(company.members) },
        {
          key: "active",
          header: t`Active in 30 days`,
          numeric: true,
          from: "md",
          cell: (company) => format.number(company.rollup?.active_30d),
        },
        {
          key: "revenue",
          header: t`Revenue`,
          numeric: true,
          from: "sm",
          cell: (company) => revenueText(company.rollup ?? null),
        },
        { key: "seen", header: t`Last seen`, from: "sm", cell: (company) => <Time at={company.last_seen} /> },
      ]}
    />
  );
}
