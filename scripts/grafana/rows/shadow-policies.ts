import { lines, stacked } from '../panels.ts';
import type { Row } from '../row.ts';
import { ofApplications, rate, shed } from '../selectors.ts';

const all = `sum by (application, policy) (${rate(shadow())})`;

export const shadowPolicies: Row = {
  title: 'Shadow policies',
  panels: [
    lines(
      {
        title: 'Agreement with the live policy',
        says: 'Share of requests for which the shadow would have chosen the same lane. Empty without `shadow` in the configuration.',
        width: 8,
        unit: 'percentunit',
      },
      [
        `(sum by (application, policy) (${(['exec', 'forward', 'shed'] as const)
          .map((lane) => rate(shadow(`live_lane="${lane}",shadow_lane="${lane}"`)))
          .join(' or ')}) or 0 * ${all}) / (${all} > 0)`,
        '{{application}} {{policy}}',
      ],
    ),
    stacked(
      {
        title: 'Where they differ',
        says: 'What the live policy chose, and what the shadow would have.',
        width: 8,
        unit: 'reqps',
      },
      [
        `sum by (policy, live_lane, shadow_lane) (${rate(shadow())}) > 0`,
        '{{policy}}: {{live_lane}}, shadow {{shadow_lane}}',
      ],
    ),
    lines(
      {
        title: 'What would have been shed',
        says: 'By shadows, and by policies with `dry_run: true`, beside what was shed in fact.',
        width: 8,
        unit: 'reqps',
      },
      [`sum by (policy) (${rate(shadow('shadow_lane="shed"'))})`, '{{policy}} would shed'],
      [
        `sum by (policy) (${rate(ofApplications('spillway_dry_run_sheds_total'))})`,
        '{{policy}}, on trial, would shed',
      ],
      [`sum(${shed} or vector(0))`, 'live: shed'],
    ),
  ],
};

function shadow(matchers = ''): string {
  return ofApplications('spillway_shadow_decisions_total', matchers);
}
