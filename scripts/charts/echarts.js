// What of Apache ECharts the pages use: columns, bars, lines and dots, drawn as SVG. scripts/build-charts makes web/static/echarts.min.js of it.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, AriaComponent, GridComponent, TooltipComponent, SVGRenderer]);
export { init };
