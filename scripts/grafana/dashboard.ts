import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { dataSource } from './panels.ts';
import { rows } from './rows.ts';
import { ofApplications, ofGateways, rate } from './selectors.ts';

/** The dashboard in Grafana's classic model, of the schema version that the library has: provisioning by files takes it. */
export function dashboard(): Dashboard {
  const builder = new DashboardBuilder('Spillway')
    .uid('spillway')
    .description('What Spillway decides, why, and how its visitors fare. Made by `npm run grafana`.')
    .tags(['spillway'])
    .readonly()
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    // All jobs are those of gateways, by name: others may tell of one-shot frontends.
    .withVariable(choice('job', 'Job', 'label_values(spillway_build_info, job)'))
    .withVariable(
      choice('instance', 'Instance', 'label_values(spillway_build_info{job=~"$job"}, instance)').allValue(
        '.+',
      ),
    )
    .withVariable(
      choice(
        'application',
        'Application',
        'label_values(spillway_limit{job=~"$job",instance=~"$instance"}, application)',
      ).allValue('.+'),
    );
  for (const annotation of annotations()) builder.annotation(annotation);
  for (const { title, panels } of rows) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel);
  }
  const built = builder.build();
  // Grafana gives numbers to panels that have none, anew at each load: links to one of them would not last.
  for (const [index, panel] of (built.panels ?? []).entries()) panel.id = index + 1;
  return built;
}

function choice(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(dataSource)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

function annotations(): AnnotationQueryBuilder[] {
  return [
    mark(
      'Reloads',
      'green',
      `${ofGateways('spillway_config_last_reload_success_timestamp_seconds')} * 1000`,
      'configuration in force since, {{instance}}',
    ).useValueForTime(true),
    mark(
      'Reloads that failed',
      'red',
      `${ofGateways('spillway_config_last_reload_successful')} == 0`,
      'the configuration was refused, {{instance}}',
    ),
    mark(
      'Starts of the gateway',
      'purple',
      `${ofGateways('process_start_time_seconds')} * 1000`,
      'gateway started, {{instance}}',
    ).useValueForTime(true),
    mark(
      'Shedding',
      'orange',
      `sum by (application) (${rate(ofApplications('spillway_decisions_total', 'lane="shed"'))}) > 0`,
      '{{application}} sheds',
    ),
    mark(
      'Parameters set for a while',
      'yellow',
      `${ofApplications('spillway_parameter_overrides')} > 0`,
      '{{policy}}.{{parameter}} of {{application}} is set by hand',
    ),
    mark(
      'Changes of daemons',
      'blue',
      `changes(${ofApplications('spillway_daemon_state', 'state=~"up|failing"')}[$__rate_interval]) > 0`,
      'daemon of {{application}}: {{state}}, or no longer',
    ),
  ];
}

function mark(name: string, colour: string, expression: string, title: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(dataSource)
    .enable(true)
    .hide(false)
    .iconColor(colour)
    .expr(expression)
    .titleFormat(title);
}
