import {
  BigValueColorMode,
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  LineStyleBuilder,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as HeatmapBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** The data source that the operator chooses at the top of the dashboard. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana puts the value there.
export const dataSource = { type: 'prometheus', uid: '${datasource}' } as const;

/** Of a lane, wherever it is drawn. */
const laneColours = { exec: 'green', forward: 'blue', shed: 'orange', none: 'text' } as const;

export interface PanelText {
  readonly title: string;
  /** What it shows, and what to think of it: somebody reads it at 3 a.m. */
  readonly says: string;
  /** Columns, of 24. */
  readonly width: number;
  /** A unit of Grafana: `s`, `reqps`, `percentunit`. */
  readonly unit: string;
}

/** A line of a panel: the expression, and its name in the legend, which may have `{{label}}` in it. */
export type Line = readonly [expression: string, legend: string];

const height = 8;

function query([expression, legend]: Line, refId: string): DataqueryBuilder {
  return new DataqueryBuilder()
    .datasource(dataSource)
    .refId(refId)
    .expr(expression)
    .legendFormat(legend)
    .range();
}

function queries(lines: readonly Line[]): DataqueryBuilder[] {
  return lines.map((line, index) => query(line, String.fromCharCode(65 + index)));
}

/** Lines over time. A legend that begins with `limit` or `threshold` is drawn dashed, as a bound. */
export function lines(text: PanelText, ...all: readonly Line[]): TimeSeriesBuilder {
  const builder = new TimeSeriesBuilder()
    .title(text.title)
    .description(text.says)
    .datasource(dataSource)
    .unit(text.unit)
    .min(0)
    .span(text.width)
    .height(height)
    .lineWidth(2)
    .fillOpacity(8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .targets(queries(all));
  for (const [lane, fixedColor] of Object.entries(laneColours)) {
    builder.overrideByRegexp(`/\\b${lane}$/`, [{ id: 'color', value: { mode: 'fixed', fixedColor } }]);
  }
  return builder.overrideByRegexp('/^(limit|threshold)/', [
    { id: 'custom.lineStyle', value: new LineStyleBuilder().fill('dash').dash([10, 6]).build() },
    { id: 'custom.fillOpacity', value: 0 },
    { id: 'custom.lineWidth', value: 1 },
  ]);
}

/** Parts of a whole, one upon the other. */
export function stacked(text: PanelText, ...all: readonly Line[]): TimeSeriesBuilder {
  return lines(text, ...all)
    .fillOpacity(40)
    .lineWidth(1)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

/** How long things take: each column of it is a histogram. Dots are exemplars, each of which is one request by its id. */
export function heatmap(text: Omit<PanelText, 'unit'>, expression: string): HeatmapBuilder {
  return new HeatmapBuilder()
    .title(text.title)
    .description(text.says)
    .datasource(dataSource)
    .span(text.width)
    .height(height)
    .calculate(false)
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .steps(64)
        .exponent(0.5),
    )
    .yAxis(
      new YAxisConfigBuilder()
        .unit('s')
        .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(2)),
    )
    .showLegend()
    .withTarget(query([expression, '{{le}}'], 'A').format(PromQueryFormat.Heatmap).exemplar(true));
}

/** One number, with colours from a step on: green, then the others. */
export function number(
  text: PanelText,
  [expression, legend]: Line,
  steps: readonly (readonly [from: number, colour: string])[] = [],
  { base = 'green', empty = '-', whole = 'lastNotNull' } = {},
): StatBuilder {
  return new StatBuilder()
    .title(text.title)
    .description(text.says)
    .datasource(dataSource)
    .unit(text.unit)
    .span(text.width)
    .height(4)
    .noValue(empty)
    .colorMode(steps.length > 0 ? BigValueColorMode.Background : BigValueColorMode.None)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs([whole]))
    .thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps([{ value: null, color: base }, ...steps.map(([value, color]) => ({ value, color }))]),
    )
    .targets([query([expression, legend], 'A')]);
}

/** States over time, a band for each series. The value of a state is its place in the list, which begins with 1. */
export function states(
  text: Omit<PanelText, 'unit'>,
  line: Line,
  names: readonly (readonly [name: string, colour: string])[],
): StateTimelineBuilder {
  return new StateTimelineBuilder()
    .title(text.title)
    .description(text.says)
    .datasource(dataSource)
    .span(text.width)
    .height(height)
    .mappings([
      {
        type: MappingType.ValueToText,
        options: Object.fromEntries(
          names.map(([name, color], index) => [String(index + 1), { text: name, color, index }]),
        ),
      },
    ])
    .targets([query(line, 'A')]);
}
