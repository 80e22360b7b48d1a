// Draws the charts of a page from what stands in their attributes, and never writes a number of its own: the texts are those of the tables.
"use strict";
(() => {
  if (typeof echarts === "undefined") return; // the library did not come: the tables are there

  const marks = ["circle", "rect", "triangle", "diamond"];
  const upright = (kind) => kind === "lines" || kind === "columns";
  const narrow = matchMedia("(max-width: 40rem)");

  // The colours of the theme, as the browser resolved them.
  const inks = (figure) => {
    const own = getComputedStyle(figure), title = getComputedStyle(figure.querySelector(".chart-title"));
    return {
      ink: title.color, quiet: own.color, rule: own.borderTopColor, paper: own.backgroundColor, font: own.fontFamily,
      series: [...figure.querySelectorAll(".chart-key svg")].map((svg) => getComputedStyle(svg).color),
    };
  };

  const seriesOf = (chart, ink) => chart.series.map((s, i) => {
    const color = ink.series[Math.min(i, ink.series.length - 1)];
    const one = { name: s.name, data: s.values, color, silent: true, animation: false };
    switch (chart.kind) {
      case "lines":
        return { ...one, type: "line", symbol: marks[i % marks.length], symbolSize: 7, lineStyle: { width: 2 }, connectNulls: false, showAllSymbol: true };
      case "dots":
        return { ...one, type: "line", symbol: "circle", symbolSize: i === 0 ? 11 : 9, lineStyle: { width: 0 }, showAllSymbol: true, z: i === 0 ? 4 : 3,
          itemStyle: i === 0 ? { color } : { color: "transparent", borderColor: color, borderWidth: 1.5 } };
      default:
        return { ...one, type: "bar", barMaxWidth: upright(chart.kind) ? 28 : 14, barGap: "10%", barCategoryGap: "35%" };
    }
  });

  const optionOf = (chart, ink) => {
    const text = { color: ink.quiet, fontFamily: ink.font, fontSize: 12 };
    const last = chart.ticks.length - 1;
    const scale = new Map(chart.ticks.map((at, i) => [at, chart.scale[i]]));
    const names = {
      type: "category", data: chart.at, inverse: !upright(chart.kind), axisTick: { show: false }, axisLine: { onZero: upright(chart.kind), lineStyle: { color: ink.quiet } },
      axisLabel: upright(chart.kind) ? { ...text, hideOverlap: true } : { ...text, interval: 0, width: narrow.matches ? 104 : 220, overflow: "truncate" },
    };
    const values = {
      type: "value", min: chart.ticks[0], max: chart.ticks[last], interval: chart.ticks[1] - chart.ticks[0], splitLine: { lineStyle: { color: ink.rule } },
      axisLabel: { ...text, hideOverlap: true, formatter: (at) => scale.get(at) ?? "" },
    };
    return {
      animation: false,
      aria: { enabled: true, label: { description: chart.label } },
      textStyle: text,
      grid: { left: 4, right: 16, top: 12, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      xAxis: upright(chart.kind) ? names : values,
      yAxis: upright(chart.kind) ? values : names,
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true, transitionDuration: 0, axisPointer: { type: upright(chart.kind) ? "line" : "shadow", animation: false, lineStyle: { color: ink.quiet } },
        backgroundColor: ink.paper, borderColor: ink.quiet, borderWidth: 1, padding: 10, textStyle: { ...text, color: ink.ink, lineHeight: 18, rich: { at: { fontWeight: 600, lineHeight: 20, fontFamily: ink.font, fontSize: 12, color: ink.ink } } },
        formatter: (points) => {
          const i = points[0].dataIndex;
          const known = chart.series.filter((s) => s.texts[i] !== "");
          return [`{at|${chart.at[i].replace(/[{}|]/g, " ")}}`, ...known.map((s) => `${s.name}   ${s.texts[i]}`)].join("\n");
        },
      },
      series: seriesOf(chart, ink),
    };
  };

  const tall = (chart) => upright(chart.kind) ? 260 : 44 + chart.at.length * (chart.kind === "dots" ? 30 : 14 + 16 * chart.series.length);

  const pictures = [...document.querySelectorAll("figure[data-chart]")].map((figure) => {
    const chart = JSON.parse(figure.dataset.chart);
    figure.hidden = false;
    const box = figure.querySelector(".chart-drawing");
    box.style.height = `${tall(chart)}px`;
    const drawn = echarts.init(box, null, { renderer: "svg" });
    const draw = () => drawn.setOption(optionOf(chart, inks(figure)), true);
    new ResizeObserver(() => drawn.resize()).observe(box);
    draw();
    return draw;
  });
  const again = () => pictures.forEach((draw) => draw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  narrow.addEventListener("change", again);
})();
