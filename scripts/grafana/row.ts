import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';

/** Panels of the dashboard that answer one question. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Builder<Panel>[];
}
