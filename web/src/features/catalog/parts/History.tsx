/** What a product cost, and whether it could be had, from the first feed until now. */
import { useLingui } from "@lingui/react/macro";
import { Box } from "@mantine/core";
import type { Product } from "@/api/products";
import * as format from "@/lib/format";
import { Chart } from "@/ui/Chart";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";
import { hasChanged, priceDays } from "../model";
import { useAvailabilityWords } from "../words";

export function History({ product: { title, history } }: { product: Product }) {
  const { t } = useLingui();
  const availability = useAvailabilityWords();
  if (history.length === 0) return null;
  return (
    <Panel title={t`History`} note={t`A line for each change of price or availability.`} flush>
      {hasChanged(history) && <Prices title={title} history={history} />}
      <DataTable
        label={t`History`}
        rows={history}
        rowKey={(one) => one.at}
        columns={[
          { key: "at", header: t`Since`, cell: (one) => <Time at={one.at} style="dateTime" /> },
          { key: "price", header: t`Price`, numeric: true, cell: (one) => format.money(one.price) },
          {
            key: "sale",
            header: t`Sale price`,
            numeric: true,
            from: "sm",
            cell: (one) => format.money(one.sale_price),
          },
          { key: "availability", header: t`Availability`, cell: (one) => availability(one.availability) },
        ]}
      />
    </Panel>
  );
}

function Prices({ title, history }: Pick<Product, "title" | "history">) {
  const { t } = useLingui();
  const found = priceDays(history, new Date());
  // Changes of one day are no course of the price: the table below has them.
  if (!found || found.days.length < 2) return null;
  const { currency } = found;
  const money = (minor: number) => (Number.isFinite(minor) ? format.money({ minor, currency }) : format.NOTHING);
  const sales = found.sale.some(Number.isFinite) ? [{ name: t`Sale price`, values: found.sale, format: money }] : [];
  return (
    <Box px="md" pb="sm">
      <Chart
        label={t`Price of ${title} by day, in ${currency}`}
        categoryLabel={t`Day`}
        height={200}
        categories={found.days.map(format.dayLabel)}
        series={[{ name: t`Price`, values: found.price, format: money }, ...sales]}
        axisFormat={(minor) => format.money({ minor, currency }, "axis")}
      />
    </Box>
  );
}
