/** The drawings of the lead view: only the parts of ECharts that they need, drawn on canvas. Loaded when first seen. */

import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export type { EChartsCoreOption, EChartsType };

export function draw(element: HTMLElement): EChartsType {
  return init(element, null, { renderer: "canvas" });
}
