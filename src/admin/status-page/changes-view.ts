import type { StatusDocument } from '../status-document.ts';
import { describeChange } from './describe-change.ts';
import { byId, element, setText } from './dom.ts';
import { formatTime } from './format.ts';
import { KeyedList } from './keyed-list.ts';
import { rowMaker } from './row.ts';

type Change = StatusDocument['recent_changes'][number];

/** The last reload with its faults, and the last changes of state. */
export function changesView(): (status: StatusDocument) => void {
  const reload = byId('last-reload');
  const table = byId('changes');
  const none = byId('no-changes');
  const faults = new KeyedList<string>(
    byId('reload-faults'),
    (fault) => fault,
    (fault) => ({ root: element('li', {}, fault), show() {} }),
  );
  const rows = new KeyedList<Change & { readonly number: number }>(
    byId('change-rows'),
    ({ time, event, application, number }) => [time, event, application ?? '', number].join('\0'),
    rowMaker([
      { text: ({ time }) => formatTime(time, Date.now()) },
      { text: ({ application }) => application ?? 'the gateway' },
      { text: (change) => describeChange(change) },
    ]),
  );
  return ({ last_reload, recent_changes }) => {
    setText(reload, reloadText(last_reload));
    faults.show([...new Set(last_reload?.faults ?? [])]);
    table.hidden = recent_changes.length === 0;
    none.hidden = !table.hidden;
    rows.show(numbered(recent_changes));
  };
}

/** Those of one millisecond are told apart by their number in it, from the oldest. */
function numbered(changes: readonly Change[]): (Change & { readonly number: number })[] {
  const seen = new Map<string, number>();
  return changes
    .toReversed()
    .map((change) => {
      const number = (seen.get(change.time) ?? 0) + 1;
      seen.set(change.time, number);
      return { ...change, number };
    })
    .reverse();
}

function reloadText(reload: StatusDocument['last_reload']): string {
  if (reload === null) return 'The configuration has not been reloaded since the start.';
  const at = formatTime(reload.time, Date.now());
  return reload.successful
    ? `Last reload at ${at}: in force.`
    : `Last reload at ${at}: failed, and nothing was changed.`;
}
