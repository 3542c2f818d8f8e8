import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { OverloadRow } from './overload-row.ts';

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** Told apart by colour-blind eyes (Okabe and Ito, 2008), on light and on dark. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#cc79a7', '#56b4e9'];
/** Stands for the colour of text, which follows the reader's scheme. */
const INK = '#123456';
const FAINT = '#abcdef';
const TITLE = 'Served within a second, while more come than can be served';
const SCHEME = `<style>:root{--ink:#1f2328;--faint:#d1d9e0}@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--faint:#3d444d}}</style>`;

/** Goodput against what was offered, as multiples of the capacity: an SVG that reads well on light and on dark. */
export function overloadChart(rows: readonly OverloadRow[], capacity: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 760, height: 420 });
  const peers = [...new Set(rows.map(({ peer }) => peer))];
  const axis = {
    nameLocation: 'middle' as const,
    nameTextStyle: { color: INK, fontSize: 13 },
    axisLabel: { color: INK, fontSize: 12 },
    axisLine: { lineStyle: { color: FAINT } },
    splitLine: { lineStyle: { color: FAINT } },
  };
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    title: {
      text: TITLE,
      left: 'center',
      textStyle: { color: INK, fontSize: 15, fontWeight: 600 },
    },
    legend: { top: 30, textStyle: { color: INK, fontSize: 12 }, itemWidth: 22 },
    grid: { left: 60, right: 30, top: 100, bottom: 55 },
    xAxis: { ...axis, type: 'value', name: 'offered, times the capacity', nameGap: 32, min: 0 },
    yAxis: { ...axis, type: 'value', name: 'served within 1 s, times the capacity', nameGap: 40, min: 0 },
    color: COLOURS,
    series: peers.map((peer, index) => ({
      name: peer,
      type: 'line' as const,
      symbolSize: index === 0 ? 9 : 6,
      lineStyle: { width: index === 0 ? 4 : 2 },
      data: rows
        .filter((row) => row.peer === peer)
        .map(({ flood }) => [flood.offered / capacity, flood.good / capacity]),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg
    .replaceAll(INK, 'var(--ink)')
    .replaceAll(FAINT, 'var(--faint)')
    .replace(/(<svg[^>]*>)/, `$1<title>${TITLE}</title>${SCHEME}`);
}
