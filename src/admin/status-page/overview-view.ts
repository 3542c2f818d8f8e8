import { byId } from './dom.ts';
import { formatCount, formatRate } from './format.ts';
import { KeyedList } from './keyed-list.ts';
import type { ApplicationStatus, Rates } from './rates.ts';
import { rowMaker } from './row.ts';

/** All applications in one table, where there are several. */
export function overviewView(): (applications: readonly ApplicationStatus[], rates: Rates) => void {
  const section = byId('overview');
  const rows = new KeyedList<{ readonly status: ApplicationStatus; readonly rates: Rates }>(
    byId('overview-rows'),
    ({ status }) => status.name,
    rowMaker([
      { kind: 'header', text: ({ status }) => status.name },
      {
        kind: 'number',
        text: ({ status: { name }, rates }) =>
          formatRate(rates.lane(name, 'exec') + rates.lane(name, 'forward')),
      },
      { kind: 'number', text: ({ status: { name }, rates }) => formatRate(rates.lane(name, 'shed')) },
      {
        kind: 'number',
        text: ({ status }) => formatCount(status.lanes.reduce((sum, { inflight }) => sum + inflight, 0)),
      },
      { kind: 'number', text: ({ status }) => formatCount(status.queue.length) },
      { kind: 'spacious', text: ({ status }) => status.daemon.state },
    ]),
  );
  return (applications, rates) => {
    section.hidden = applications.length < 2;
    rows.show(applications.map((status) => ({ status, rates })));
  };
}
