/** The one chart: lines, areas or bars over categories, and the same numbers as a table. */
import { Trans } from "@lingui/react/macro";
import { Box, Button, Group, ScrollArea, Table, useComputedColorScheme } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChartLine, IconTable } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { type ChartData, chartOption, PALETTES, type Series } from "./chart-option";

type Props = ChartData & {
  /** What is drawn, with unit and period: read aloud, and the caption of the table. */
  label: string;
  /** Heading of the first column of the table. */
  categoryLabel: string;
  height?: number;
};

function useEcharts(data: ChartData, label: string) {
  const host = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  const latest = useRef({ data, label });
  latest.current = { data, label };
  const redraw = useRef(() => {});

  useEffect(() => {
    let gone = false;
    let dispose = () => {};
    void import("./echarts").then(({ init }) => {
      const element = host.current;
      if (gone || !element) return;
      const chart = init(element, null, { renderer: "svg" });
      const style = getComputedStyle(element);
      const color = (name: string) => style.getPropertyValue(name).trim();
      redraw.current = () =>
        chart.setOption(
          chartOption(
            latest.current.data,
            {
              text: color("--mantine-color-dimmed"),
              line: color("--mantine-color-default-border"),
              background: color("--mantine-color-body"),
              font: style.fontFamily,
              palette: PALETTES[scheme],
            },
            latest.current.label,
          ),
          true,
        );
      redraw.current();
      const observer = new ResizeObserver(() => chart.resize());
      observer.observe(element);
      dispose = () => {
        observer.disconnect();
        chart.dispose();
      };
    });
    return () => {
      gone = true;
      redraw.current = () => {};
      dispose();
    };
  }, [scheme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn again whenever the numbers change
  useEffect(() => redraw.current(), [data.categories, data.series]);
  return host;
}

export function Chart({ label, categoryLabel, height = 260, ...data }: Props) {
  const [asTable, table] = useDisclosure(false);
  return (
    <Box>
      {asTable ? (
        <ScrollArea h={height} type="auto" viewportProps={{ tabIndex: 0, role: "region", "aria-label": label }}>
          <NumbersTable label={label} categoryLabel={categoryLabel} {...data} />
        </ScrollArea>
      ) : (
        <Drawing label={label} height={height} data={data} />
      )}
      <Group justify="flex-end" mt={4}>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          onClick={table.toggle}
          leftSection={asTable ? <IconChartLine size={13} aria-hidden /> : <IconTable size={13} aria-hidden />}
        >
          {asTable ? <Trans>As a chart</Trans> : <Trans>As a table</Trans>}
        </Button>
      </Group>
    </Box>
  );
}

function Drawing({ label, height, data }: { label: string; height: number; data: ChartData }) {
  const host = useEcharts(data, label);
  return <div ref={host} role="img" aria-label={label} style={{ height, width: "100%" }} />;
}

function NumbersTable({
  label,
  categoryLabel,
  categories,
  series,
}: ChartData & { label: string; categoryLabel: string }) {
  const show = (one: Series, index: number) => {
    const value = one.values[index] ?? 0;
    return one.format ? one.format(value) : String(value);
  };
  return (
    <Table stickyHeader captionSide="top">
      <Table.Caption>{label}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{categoryLabel}</Table.Th>
          {series.map((one) => (
            <Table.Th key={one.name} scope="col" ta="right">
              {one.name}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {categories.map((category, index) => (
          <Table.Tr key={category}>
            <Table.Th scope="row" fw={400}>
              {category}
            </Table.Th>
            {series.map((one) => (
              <Table.Td key={one.name} ta="right">
                {show(one, index)}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
