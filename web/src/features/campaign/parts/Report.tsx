/** What came of a campaign: reach, reactions of people (machines apart), orders online and in the shop. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Group, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { CampaignReport } from "@/api/types";
import { handedOver } from "@/lib/campaigns";
import * as format from "@/lib/format";
import { Panel } from "@/ui/Panel";
import { Stat } from "@/ui/Stat";
import { QueryView } from "@/ui/states";
import { reportQuery } from "../queries";
import { ReportChart } from "./ReportChart";
import { FailureTable, LinkTable } from "./ReportTables";

export function Report({ id, running }: { id: string; running: boolean }) {
  const report = useQuery(reportQuery(id, running));
  return (
    <QueryView query={report}>
      {(data) => (
        <Stack gap="md">
          <Numbers report={data} />
          <Earnings report={data} />
          <ReportChart series={data.series} />
          <LinkTable links={data.links} />
          {data.failures.length > 0 && <FailureTable failures={data.failures} />}
        </Stack>
      )}
    </QueryView>
  );
}

/** What share of those it reached, and what machines did, which is not in it. */
function Rate({ of, apart }: { of: number; apart: ReactNode }) {
  return (
    <>
      {format.percent(of)}
      <br />
      {apart}
    </>
  );
}

function Numbers({ report }: { report: CampaignReport }) {
  const { t } = useLingui();
  const { progress, opens, clicks } = report;
  const machineOpens = format.number(opens.machine);
  const machineClicks = format.number(clicks.machine);
  const arrived = progress.sent + progress.delivered;
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
      <Stat label={t`Sent`} value={format.number(handedOver(progress))} />
      <Stat
        label={t`Delivered`}
        value={format.percent(report.delivered_rate)}
        note={<Plural value={arrived} one="# did not bounce" other="# did not bounce" />}
      />
      <Stat
        label={t`Bounced`}
        value={format.number(progress.bounced)}
        note={progress.failed > 0 ? t`and ${format.number(progress.failed)} failed` : undefined}
      />
      <Stat
        label={t`Opened by people`}
        value={format.number(opens.unique)}
        note={<Rate of={report.open_rate} apart={<Trans>{machineOpens} opens by machines, not counted</Trans>} />}
      />
      <Stat
        label={t`Clicked by people`}
        value={format.number(clicks.unique)}
        note={<Rate of={report.click_rate} apart={<Trans>{machineClicks} clicks by machines, not counted</Trans>} />}
      />
      <Stat
        label={t`Unsubscribed`}
        value={format.number(report.unsubscribes)}
        note={<Plural value={report.complaints} one="# spam complaint" other="# spam complaints" />}
      />
    </SimpleGrid>
  );
}

function Earnings({ report }: { report: CampaignReport }) {
  const { t } = useLingui();
  const { conversions } = report;
  const rows = [
    { key: "online", name: t`Online`, ...conversions.online },
    { key: "shop", name: t`In the shop`, ...conversions.shop },
    { key: "phone", name: t`By phone`, ...conversions.phone },
  ].filter((row) => row.key !== "phone" || row.orders > 0);
  const days = conversions.window_days;
  return (
    <Panel
      title={t`Orders and revenue`}
      note={
        conversions.touch === "click"
          ? t`Orders within ${days} days after a person clicked; the last campaign clicked earns the whole order.`
          : t`Orders within ${days} days after a person opened or clicked; the last campaign earns the whole order.`
      }
    >
      <Group align="flex-start" gap="xl">
        <div>
          <Text fz={34} fw={680} lh={1.2} style={{ fontVariantNumeric: "tabular-nums" }}>
            {format.money(conversions.revenue)}
          </Text>
          <Text size="sm" c="dimmed">
            <Plural value={conversions.orders} one="from # order" other="from # orders" />
          </Text>
        </div>
        <Table aria-label={t`Orders and revenue by place`} style={{ flex: "1 1 260px" }} maw={460} verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`Where`}</Table.Th>
              <Table.Th scope="col" ta="right">
                {t`Orders`}
              </Table.Th>
              <Table.Th scope="col" ta="right">
                {t`Revenue`}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.key}>
                <Table.Th scope="row" fw={400}>
                  {row.name}
                </Table.Th>
                <Table.Td ta="right">{format.number(row.orders)}</Table.Td>
                <Table.Td ta="right">{format.money(row.revenue)}</Table.Td>
              </Table.Tr>
            ))}
            {conversions.other_currencies.map((row) => (
              <Table.Tr key={row.revenue.currency}>
                <Table.Th scope="row" fw={400}>
                  {t`In ${row.revenue.currency}, not added up`}
                </Table.Th>
                <Table.Td ta="right">{format.number(row.orders)}</Table.Td>
                <Table.Td ta="right">{format.money(row.revenue)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Group>
    </Panel>
  );
}
