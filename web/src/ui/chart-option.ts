/** From plain series to what ECharts draws; pure, so that it is tested without a screen. */

export type Series = {
  name: string;
  values: number[];
  kind?: "line" | "bar" | "area";
  /** Second scale at the right, for another unit. */
  right?: boolean;
  stack?: string;
  format?: (value: number) => string;
};
export type ChartData = {
  categories: string[];
  series: Series[];
  /** Bars that lie: categories down the side. */
  horizontal?: boolean;
  axisFormat?: (value: number) => string;
};
/** How the page around the chart looks; texts are measured, so the font must be named and not inherited. */
export type ChartLook = { text: string; line: string; background: string; font: string; palette: string[] };

/** Told apart by colour-blind readers too (Okabe–Ito, adjusted for contrast), light and dark. */
export const PALETTES = {
  light: ["#4740b8", "#d55e00", "#00785a", "#b5488a", "#0072b2", "#a07800", "#5c636b", "#7a3e00"],
  dark: ["#8f87f0", "#ff9d52", "#3ecf9f", "#e58fc3", "#5fb8ef", "#e6c34a", "#a8adb4", "#d39a66"],
};

const AREA_OPACITY = 0.14;
/** Room above the plot for the line of names, and for the topmost number of the scale. */
const LEGEND_PX = 44;

/** A line joins neighbours; where no two of them have a value it would show nothing without a mark for each. */
export const isLine = (values: readonly number[]) =>
  values.some((value, at) => at > 0 && Number.isFinite(value) && Number.isFinite(values[at - 1]));

function drawn(series: Series, color: string, horizontal: boolean) {
  const bar = series.kind === "bar";
  return {
    name: series.name,
    type: bar ? "bar" : "line",
    data: series.values,
    color,
    stack: series.stack,
    yAxisIndex: series.right && !horizontal ? 1 : 0,
    showSymbol: !bar && !isLine(series.values),
    symbolSize: 7,
    smooth: false,
    barMaxWidth: 28,
    itemStyle: bar ? { borderRadius: horizontal ? [0, 3, 3, 0] : [3, 3, 0, 0] } : undefined,
    areaStyle: series.kind === "area" ? { opacity: AREA_OPACITY } : undefined,
    lineStyle: bar ? undefined : { width: 2 },
    tooltip: series.format ? { valueFormatter: (value: unknown) => series.format?.(Number(value)) ?? "" } : undefined,
  };
}

export function chartOption(data: ChartData, colors: ChartLook, label: string): Record<string, unknown> {
  const horizontal = data.horizontal ?? false;
  const onRight = data.series.some((series) => series.right);
  const axisText = { color: colors.text, fontSize: 11 };
  const category = {
    type: "category",
    data: data.categories,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colors.line } },
    axisLabel: { ...axisText, hideOverlap: true },
    inverse: horizontal,
  };
  const scale = (right: boolean) => ({
    type: "value",
    min: 0,
    splitLine: { show: !right, lineStyle: { color: colors.line } },
    axisLabel: { ...axisText, formatter: right ? undefined : data.axisFormat },
    splitNumber: 4,
  });
  return {
    aria: { enabled: true, label: { description: label } },
    animation: false,
    textStyle: { fontFamily: colors.font },
    grid: {
      left: 8,
      right: onRight ? 8 : 16,
      top: data.series.length > 1 ? LEGEND_PX : 12,
      bottom: 4,
      containLabel: true,
    },
    legend:
      data.series.length > 1
        ? {
            // One line whatever the width: what does not fit is paged, and never lies on the plot.
            type: "scroll",
            top: 0,
            left: 0,
            itemGap: 18,
            itemWidth: 14,
            itemHeight: 10,
            icon: "roundRect",
            textStyle: { color: colors.text },
            pageTextStyle: { color: colors.text },
            pageIconColor: colors.text,
            pageIconInactiveColor: colors.line,
          }
        : undefined,
    tooltip: {
      trigger: "axis",
      backgroundColor: colors.background,
      borderColor: colors.line,
      textStyle: { color: colors.text, fontSize: 12 },
      axisPointer: { type: horizontal ? "shadow" : "line" },
    },
    xAxis: horizontal ? scale(false) : category,
    yAxis: horizontal ? category : onRight ? [scale(false), scale(true)] : scale(false),
    series: data.series.map((series, index) =>
      drawn(series, colors.palette[index % colors.palette.length] ?? colors.text, horizontal),
    ),
  };
}
