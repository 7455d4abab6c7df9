import { useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { useMemo } from "react";
import type { CampaignReport } from "@/api/types";
import * as format from "@/lib/format";
import { Chart } from "@/ui/Chart";
import { Panel } from "@/ui/Panel";

export function ReportChart({ series }: { series: CampaignReport["series"] }) {
  const { t } = useLingui();
  const categories = useMemo(() => series.map((point) => format.dateTime(point.at)), [series]);
  const lines = useMemo(() => {
    const line = (name: string, pick: (point: CampaignReport["series"][number]) => number, kind: "line" | "bar") => ({
      name,
      kind,
      values: series.map(pick),
      format: (value: number) => format.number(value),
    });
    return [
      line(t`Sent`, (point) => point.sent, "bar"),
      line(t`Opened`, (point) => point.opened, "line"),
      line(t`Clicked`, (point) => point.clicked, "line"),
      line(t`Orders`, (point) => point.orders, "line"),
    ];
  }, [series, t]);
  return (
    <Panel title={t`Over time`}>
      {series.length === 0 ? (
        <Text size="sm" c="dimmed">{t`The line begins with the first message sent.`}</Text>
      ) : (
        <Chart
          label={t`Sent, opened, clicked and ordered over time`}
          categoryLabel={t`Time`}
          categories={categories}
          series={lines}
          axisFormat={format.compact}
        />
      )}
    </Panel>
  );
}
