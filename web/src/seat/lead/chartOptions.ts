/** What the charts of the lead view show. Pure. */

import type { Overview } from "../desk/answers";
import type { EChartsCoreOption } from "./charts";

const INK = "#566373";
const HAIR = "#e3e8ee";
const BLUE = "#2f6fb8";
const PALE = "#b9d2ec";
const GREEN = "#2c8a57";
const FONT = '-apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

const base = {
  animationDuration: 300,
  textStyle: { fontFamily: FONT, color: INK },
  // Rich text is drawn on the canvas. The other kind writes style attributes into HTML, which our policy forbids.
  tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" } },
};
const valueAxis = { type: "value", minInterval: 1, axisLabel: { color: INK }, splitLine: { lineStyle: { color: HAIR } } };
const names = (data: string[]) => ({
  type: "category",
  data,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: "#c3ccd6" } },
  axisLabel: { color: INK },
});

export function reasonsOption(reasons: Overview["reasons"]): EChartsCoreOption {
  // The longest bar on top: a category axis begins below.
  const sorted = [...reasons].sort((a, b) => a.count - b.count);
  return {
    ...base,
    grid: { left: 8, right: 44, top: 8, bottom: 8, containLabel: true },
    xAxis: { ...valueAxis, axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: { ...names(sorted.map((one) => one.label)), axisLine: { show: false } },
    series: [
      {
        type: "bar",
        data: sorted.map((one) => one.count),
        barMaxWidth: 18,
        itemStyle: { color: BLUE, borderRadius: [0, 3, 3, 0] },
        label: { show: true, position: "right", color: "#1b2530" },
      },
    ],
  };
}

export function hoursOption(hours: Overview["hours"]): EChartsCoreOption {
  const share = (one: Overview["hours"][number]): number | null =>
    one.accepted === 0 ? null : Math.round((one.within / one.accepted) * 100);
  return {
    ...base,
    legend: { top: 0, right: 0, itemWidth: 14, itemHeight: 8, textStyle: { color: INK } },
    grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
    xAxis: names(hours.map((one) => `${one.hour}时`)),
    yAxis: [
      valueAxis,
      { type: "value", min: 0, max: 100, splitLine: { show: false }, axisLabel: { color: INK, formatter: "{value}%" } },
    ],
    series: [
      { name: "请求人工", type: "bar", data: hours.map((one) => one.requested), itemStyle: { color: PALE }, barMaxWidth: 16 },
      { name: "接起", type: "bar", data: hours.map((one) => one.accepted), itemStyle: { color: BLUE }, barMaxWidth: 16 },
      {
        name: "时限内接起",
        type: "line",
        yAxisIndex: 1,
        data: hours.map(share),
        symbolSize: 6,
        lineStyle: { color: GREEN, width: 2 },
        itemStyle: { color: GREEN },
      },
    ],
  };
}
