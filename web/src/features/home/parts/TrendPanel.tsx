/** One measure per day over 7, 30 or 90 days. */
import { useLingui } from "@lingui/react/macro";
import { Group, NativeSelect, SegmentedControl, Text } from "@mantine/core";
import { useMemo } from "react";
import type { Home } from "@/api/types";
import * as format from "@/lib/format";
import { useSearchValue } from "@/lib/nav";
import { Chart } from "@/ui/Chart";
import { Panel } from "@/ui/Panel";

type Measure = "revenue" | "orders" | "customers" | "events";

type Props = { home: Home; days: number; onDays: (days: number) => void };

export function TrendPanel({ home, days, onDays }: Props) {
  const { t } = useLingui();
  const [chosen, choose] = useSearchValue("show", "revenue");
  const measure = chosen as Measure;
  const names: Record<Measure, string> = {
    revenue: t`Revenue`,
    orders: t`Orders`,
    customers: t`New people`,
    events: t`Events`,
  };
  const measures = Object.entries(names).map(([value, label]) => ({ value, label }));
  const name = names[measure] ?? names.revenue;
  const currency = home.totals.revenue.currency;
  const show = useMemo(
    () =>
      measure === "revenue"
        ? (minor: number, style?: format.MoneyStyle) => format.money({ minor, currency }, style)
        : (count: number) => format.number(count),
    [measure, currency],
  );
  const axis = useMemo(() => (value: number) => show(value, "axis"), [show]);
  const values = useMemo(
    () => home.series.map((day) => (measure === "revenue" ? day.revenue_minor : (day[measure] ?? 0))),
    [home.series, measure],
  );
  const categories = useMemo(() => home.series.map((day) => format.dayLabel(day.day)), [home.series]);
  const series = useMemo(
    () => [
      {
        name,
        values,
        kind: measure === "revenue" ? ("area" as const) : ("bar" as const),
        format: (value: number) => show(value),
      },
    ],
    [name, values, measure, show],
  );
  const sum = show(
    values.reduce((total, value) => total + value, 0),
    "compact",
  );
  const { timeZone } = format.formatContext();
  return (
    <Panel
      title={t`${name} per day`}
      note={t`${sum} in the last ${days} days, time zone ${timeZone}`}
      actions={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            visibleFrom="sm"
            aria-label={t`What to show`}
            value={measure}
            onChange={choose}
            data={measures}
          />
          <NativeSelect
            size="xs"
            hiddenFrom="sm"
            aria-label={t`What to show`}
            value={measure}
            onChange={(event) => choose(event.currentTarget.value)}
            data={measures}
          />
          <SegmentedControl
            size="xs"
            aria-label={t`Period`}
            value={String(days)}
            onChange={(value) => onDays(Number(value))}
            data={["7", "30", "90"].map((value) => ({ value, label: t`${value} days` }))}
          />
        </Group>
      }
    >
      {home.series.length === 0 ? (
        <Text c="dimmed">{t`No days to show yet.`}</Text>
      ) : (
        <Chart
          label={t`${name} per day, last ${days} days`}
          categoryLabel={t`Day`}
          categories={categories}
          series={series}
          axisFormat={axis}
        />
      )}
    </Panel>
  );
}
