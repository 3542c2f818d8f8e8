import { element } from './dom.ts';
import { formatParameter } from './format.ts';
import { KeyedList, type View } from './keyed-list.ts';
import type { ApplicationStatus } from './rates.ts';
import { rowMaker } from './row.ts';

type PolicyStatus = ApplicationStatus['policies'][number];

/** A policy with its parameters. */
export function policyView({ name }: PolicyStatus): View<PolicyStatus> {
  const rows = element('tbody');
  const none = element('p', { class: 'quiet' }, `${name} has no parameters.`);
  const table = element(
    'table',
    {},
    element('caption', {}, name),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col' }, 'Parameter'),
        element('th', { scope: 'col', class: 'number' }, 'Value'),
        element('th', { scope: 'col' }, 'Unit'),
      ),
    ),
    rows,
  );
  const parameters = new KeyedList<{ readonly name: string; readonly value: string; readonly unit: string }>(
    rows,
    (parameter) => parameter.name,
    rowMaker([
      { kind: 'header', text: (parameter) => parameter.name },
      { kind: 'number', text: ({ value }) => value },
      { text: ({ unit }) => unit },
    ]),
  );
  return {
    root: element('div', {}, table, none),
    show(policy) {
      const entries = Object.entries(policy.parameters);
      table.hidden = entries.length === 0;
      none.hidden = !table.hidden;
      parameters.show(
        entries.map(([parameter, value]) => {
          const unit = policy.units[parameter];
          return {
            name: parameter,
            value: formatParameter(value, unit),
            unit: unit === 'ms' ? 'duration' : (unit ?? ''),
          };
        }),
      );
    },
  };
}
