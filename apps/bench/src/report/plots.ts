import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { WorkResult } from "../measure/run-work.js";
import { QUANTITIES, type QuantityName } from "../measure/work.js";

/** A picture of results. */
export interface Plot {
  /** Its file's name. */
  readonly file: string;
  readonly title: string;
  readonly svg: string;
}

const WIDTH = 900;
const OURS = "#2f6fdf";
const OTHERS = "#9aa5b1";
const LEGEND = { bottom: 0, itemGap: 40 };
const LINES = ["#2f6fdf", "#e07b39", "#5b8c5a", "#9b59b6"];

/** One plot for each work that compares contenders, and one for each series of works. */
export function drawPlots(works: readonly WorkResult[]): Plot[] {
  use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);
  const series = new Map<string, WorkResult[]>();
  const plots: Plot[] = [];
  for (const result of works) {
    if (result.series !== undefined) {
      const { id } = result.series;
      series.set(id, [...(series.get(id) ?? []), result]);
    } else if (result.contenders.length > 1) plots.push(bars(result));
  }
  for (const group of series.values()) plots.push(lines(group));
  return plots;
}

/** What a work is about, by contender; of latencies how they are distributed, on a logarithmic axis. */
function bars({ work, title, quantities: all, contenders }: WorkResult): Plot {
  const quantities = isTime(all) ? all : all.slice(0, 1);
  const run = contenders.filter(({ measured }) => measured !== undefined);
  const names = run.map(({ name }) => name);
  const isOurs = (name: string): boolean => /^(AgentComm|@agentcomm|findBestAgent)/.test(name);
  const medians = run.flatMap(({ measured }) => quantities.flatMap((quantity) => measured?.[quantity]?.median ?? []));
  // A bar of a logarithmic axis begins somewhere: a power of ten below all of them.
  const floor = 10 ** Math.floor(Math.log10(Math.min(...medians)) - 0.1);
  const option: EChartsCoreOption = {
    yAxis: { type: "category", data: names.toReversed(), axisLabel: { width: 330, overflow: "break" } },
    xAxis: {
      ...(isTime(quantities) ? { type: "log", min: floor, startValue: floor } : { type: "value" }),
      name: unit(quantities),
      nameLocation: "middle",
      nameGap: 28,
    },
    legend: quantities.length > 1 ? LEGEND : undefined,
    grid: { left: 350, right: 70, top: 50, bottom: quantities.length > 1 ? 80 : 55 },
    series: quantities.map((quantity, index) => ({
      type: "bar",
      name: QUANTITIES[quantity].title,
      itemStyle: { color: OURS, opacity: 1 - (0.8 * index) / quantities.length },
      label: { show: true, position: "right", formatter: ({ value }: { value: number }) => short(value) },
      data: run.toReversed().map(({ name, measured }) => ({
        value: measured?.[quantity]?.median,
        ...(isOurs(name) ? {} : { itemStyle: { color: OTHERS } }),
      })),
    })),
  };
  return draw(work, title, option, 110 + 34 * run.length * quantities.length);
}

/** How the first quantity goes with the number in which the works differ. */
function lines(group: readonly WorkResult[]): Plot {
  const [first] = group as [WorkResult];
  const { id, title } = first.series as NonNullable<WorkResult["series"]>;
  const [quantity] = first.quantities as [QuantityName];
  const names = first.contenders.map(({ name }) => name);
  const option: EChartsCoreOption = {
    xAxis: { type: "log", min: "dataMin", max: "dataMax" },
    yAxis: { type: "log", name: QUANTITIES[quantity].title },
    legend: LEGEND,
    grid: { left: 90, right: 40, top: 70, bottom: 80 },
    series: names.map((name, index) => ({
      type: "line",
      name,
      color: LINES[index % LINES.length],
      data: group.map(({ series, contenders }) => [
        series?.at,
        contenders.find((each) => each.name === name)?.measured?.[quantity]?.median,
      ]),
    })),
  };
  return draw(id, title, option, 420);
}

function draw(id: string, title: string, option: EChartsCoreOption, height: number): Plot {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  try {
    const heading = { text: title[0]?.toUpperCase() + title.slice(1), left: "center", textStyle: { fontSize: 15 } };
    chart.setOption({ animation: false, backgroundColor: "#ffffff", title: heading, ...option });
    return { file: `${id}.svg`, title, svg: chart.renderToSVGString() };
  } finally {
    chart.dispose();
  }
}

function isTime(quantities: readonly QuantityName[]): boolean {
  return quantities.includes("p50Ms");
}

function unit(quantities: readonly QuantityName[]): string {
  return isTime(quantities) ? "milliseconds" : quantities.map((name) => QUANTITIES[name].title).join(", ");
}

function short(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
}
