import type { MetricDefinition } from './metric-definitions.ts';

/** One of the two texts in which Prometheus reads metrics. Samples are the same in both. */
export interface ExpositionFormat {
  readonly contentType: string;
  readonly exemplars: boolean;
  /** What comes before the samples of a metric, whole lines. */
  head(definition: MetricDefinition): string;
  readonly end: string;
}

/** The text format 0.0.4, for whoever asks for nothing else. It does not know metrics that are only labels: they are gauges. */
export const textFormat: ExpositionFormat = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  exemplars: false,
  head: ({ name, type, help }) =>
    `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type === 'info' ? 'gauge' : type}\n`,
  end: '',
};

/** OpenMetrics 1.0.0: a family has the name without the suffix of its samples, and a unit that its name ends in. */
export const openMetricsFormat: ExpositionFormat = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  exemplars: true,
  head({ name, type, help }) {
    const family = name.replace(type === 'counter' ? /_total$/ : type === 'info' ? /_info$/ : /$^/, '');
    const [unit] = /(?<=_)(?:seconds|bytes|ratio)$/.exec(family) ?? [];
    const said = escapeHelp(help).replaceAll('"', '\\"');
    return `# TYPE ${family} ${type}\n${unit === undefined ? '' : `# UNIT ${family} ${unit}\n`}# HELP ${family} ${said}\n`;
  },
  end: '# EOF\n',
};

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
