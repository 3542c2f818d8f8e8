import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

export interface Expression {
  /** Where it stands, for whoever reads a failure. */
  readonly where: string;
  readonly expression: string;
}

interface Written {
  readonly title?: string;
  readonly panels?: readonly Written[];
  readonly targets?: readonly { readonly expr?: string }[];
}

/** Every expression that Grafana would send for the dashboard; of a variable, the series that it takes its values from. */
export function expressionsOf(dashboard: Dashboard): Expression[] {
  const marks = (dashboard.annotations?.list ?? []).flatMap(({ name, expr }) =>
    expr === undefined ? [] : [{ where: `annotation ${name}`, expression: expr }],
  );
  const variables = (dashboard.templating?.list ?? []).flatMap(({ name, definition = '' }) => {
    const [, expression] = /^label_values\((.+), \w+\)$/.exec(definition) ?? [];
    return expression === undefined ? [] : [{ where: `variable ${name}`, expression }];
  });
  return [...ofPanels((dashboard.panels ?? []) as readonly Written[]), ...marks, ...variables];
}

function ofPanels(panels: readonly Written[]): Expression[] {
  return panels.flatMap(({ title = '', panels: inner = [], targets = [] }) => [
    ...targets.flatMap(({ expr }) =>
      expr === undefined ? [] : [{ where: `panel ${title}`, expression: expr }],
    ),
    ...ofPanels(inner),
  ]);
}

/** As Grafana would, with everything chosen. */
export function withVariables(expression: string, interval: string): string {
  return expression
    .replaceAll('$__rate_interval', interval)
    .replaceAll(/\$(?:job|instance|application)\b/g, '.+');
}

/** The names of the metrics in an expression. */
export function metricsIn(expression: string): string[] {
  const found = expression.match(/\b(?:spillway|process)[_:][a-z_:0-9]+|\bup\b(?=\{)|\bALERTS\b/g) ?? [];
  return [...new Set(found)];
}
