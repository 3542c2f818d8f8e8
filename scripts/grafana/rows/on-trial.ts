import { lines, stacked } from '../panels.ts';
import type { Row } from '../row.ts';
import { ofApplications, rate, shed } from '../selectors.ts';

const all = `sum by (application, policy) (${rate(shadow())})`;

export const onTrial: Row = {
  title: 'On trial, and set by hand',
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
        title: 'What shadows would have shed',
        says: 'Beside what was shed in fact.',
        width: 8,
        unit: 'reqps',
      },
      [`sum by (policy) (${rate(shadow('shadow_lane="shed"'))})`, '{{policy}} would shed'],
      [`sum(${shed} or vector(0))`, 'live: shed'],
    ),
    stacked(
      {
        title: 'Dry run: who would have been shed',
        says: 'Visitors who were served although a policy with `dry_run: true` would have shed them. Is it right about them, take `dry_run` away.',
        width: 8,
        unit: 'reqps',
      },
      [
        `sum by (application, policy, reason) (${rate(ofApplications('spillway_dry_run_sheds_total'))})`,
        '{{application}}, {{policy}}: {{reason}}',
      ],
    ),
    lines(
      {
        title: 'Set by hand: time left',
        says: 'Of parameters that `spillway set` has changed; then what the file says counts again.',
        width: 8,
        unit: 's',
      },
      [
        ofApplications('spillway_parameter_overrides'),
        '{{application}} {{policy}}.{{parameter}} {{instance}}',
      ],
    ),
    lines(
      {
        title: 'Set by hand: value in force',
        says: 'Durations in seconds, switches 0 or 1. `top` and /status have it, too.',
        width: 8,
        unit: 'none',
      },
      [
        `${ofApplications('spillway_policy_parameter')} and on (job, instance, application, policy, parameter) ${ofApplications('spillway_parameter_overrides')}`,
        '{{application}} {{policy}}.{{parameter}} {{instance}}',
      ],
    ),
  ],
};

function shadow(matchers = ''): string {
  return ofApplications('spillway_shadow_decisions_total', matchers);
}
