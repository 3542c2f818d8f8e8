import { Chart } from './chart.ts';
import { element, type PageElement, setClass, setText } from './dom.ts';
import { formatCount, formatNumber, formatRate, formatSeconds } from './format.ts';
import { KeyedList, type View } from './keyed-list.ts';
import { policyView } from './policy-view.ts';
import { type ApplicationStatus, laneCounts, type Rates } from './rates.ts';
import { rowMaker } from './row.ts';
import { table } from './table.ts';

/** What an application's panel is shown: its status, and what only the course of time tells. */
export interface ApplicationEntry {
  readonly status: ApplicationStatus;
  readonly rates: Rates;
  /** Seconds since 1970, by the clock of who looks. */
  readonly atSeconds: number;
}

interface LaneRow {
  readonly lane: 'exec' | 'forward' | 'shed';
  readonly rate: string;
  readonly total: string;
  readonly inflight: string;
  readonly limit: string;
}

/** Everything of one application. */
export function applicationView(open: boolean): (entry: ApplicationEntry) => View<ApplicationEntry> {
  return ({ status: { name } }) => {
    const daemonBadge = element('span', { class: 'badge' });
    const sheddingBadge = element('span', { class: 'badge' });
    const at = element('span');
    const title = element('h2', {}, name);
    const ratesFigure = element('figure');
    const workFigure = element('figure');
    const lanes = element('tbody');
    const queue = element('dd');
    const oldest = element('dd');
    const retryAfter = element('dd');
    const daemon = element('dd');
    const failure = element('dd');
    const policies = element('div', { class: 'columns' });
    const decisions = element('tbody');
    const root = element(
      'details',
      { class: 'application', ...(open ? { open: '' } : {}) },
      element('summary', {}, title, element('span', { class: 'facts' }, at, sheddingBadge, daemonBadge)),
      element(
        'div',
        { class: 'columns' },
        ratesFigure,
        workFigure,
        element(
          'div',
          { class: 'now' },
          table(
            `Lanes of ${name}`,
            [['Lane'], ['Now /s', true], ['Since start', true], ['In work', true], ['Limit', true]],
            lanes,
          ),
          element(
            'dl',
            {},
            ...pair('Waiting', queue),
            ...pair('Longest wait', oldest),
            ...pair('Who is shed may come back', retryAfter),
            ...pair('Daemon', daemon),
            ...pair('Its last failure', failure),
          ),
        ),
      ),
      more('Policies and their parameters', policies),
      more(
        'Decisions since the start, by reason',
        table(
          `Decisions of ${name}`,
          [['Policy'], ['Lane'], ['Reason'], ['Now /s', true], ['Since start', true]],
          decisions,
        ),
      ),
    );
    const rateChart = new Chart(ratesFigure, {
      title: 'Decisions a second',
      series: [
        { label: 'exec', color: 'exec' },
        { label: 'forward', color: 'forward' },
        { label: 'shed', color: 'shed', dashed: true },
      ],
      format: formatNumber,
      top: 5,
    });
    const workChart = new Chart(workFigure, {
      title: 'In work and waiting',
      series: [
        { label: 'in work', color: 'exec' },
        { label: 'waiting', color: 'shed' },
        { label: 'limit', color: 'limit', dashed: true },
      ],
      format: formatNumber,
      top: 5,
    });
    const laneRows = new KeyedList<LaneRow>(
      lanes,
      ({ lane }) => lane,
      rowMaker([
        {
          kind: 'header',
          text: ({ lane }) => lane,
          swatch: ({ lane }) => `c-${lane}${lane === 'shed' ? ' dashed' : ''}`,
        },
        { kind: 'number', text: ({ rate }) => rate },
        { kind: 'number', text: ({ total }) => total },
        { kind: 'number', text: ({ inflight }) => inflight },
        { kind: 'number', text: ({ limit }) => limit },
      ]),
    );
    const policyViews = new KeyedList(
      policies,
      (policy: ApplicationStatus['policies'][number]) => policy.name,
      policyView,
    );
    const decisionRows = new KeyedList<
      Readonly<Record<'policy' | 'lane' | 'reason' | 'rate' | 'total', string>>
    >(
      decisions,
      ({ policy, lane, reason }) => [policy, lane, reason].join('\0'),
      rowMaker([
        { kind: 'header', text: ({ policy }) => policy },
        { text: ({ lane }) => lane },
        { text: ({ reason }) => reason },
        { kind: 'number', text: ({ rate }) => rate },
        { kind: 'number', text: ({ total }) => total },
      ]),
    );
    return {
      root,
      show({ status, rates, atSeconds }) {
        const counts = laneCounts(status);
        const shedRate = rates.lane(name, 'shed');
        setText(at, `at ${status.at}`);
        setText(sheddingBadge, shedRate > 0 ? 'shedding' : 'serving');
        setClass(sheddingBadge, shedRate > 0 ? 'badge bad' : 'badge good');
        daemonBadge.hidden = status.daemon.state === 'none';
        setText(daemonBadge, `daemon ${status.daemon.state}`);
        setClass(daemonBadge, status.daemon.state === 'failing' ? 'badge bad' : 'badge');
        laneRows.show([
          ...status.lanes.map(({ lane, inflight, limit }) => ({
            lane,
            rate: formatRate(rates.lane(name, lane)),
            total: formatCount(counts[lane]),
            inflight: formatCount(inflight),
            limit: limit === null ? 'none' : formatCount(limit),
          })),
          {
            lane: 'shed',
            rate: formatRate(shedRate),
            total: formatCount(counts.shed),
            inflight: '',
            limit: '',
          },
        ]);
        const { length, limit, oldest_wait_seconds, timeout_seconds } = status.queue;
        const most = limit === null ? '' : ` of at most ${formatCount(limit)}`;
        const longest = timeout_seconds === null ? '' : `, for at most ${formatSeconds(timeout_seconds)}`;
        setText(queue, `${formatCount(length)}${most}${longest}`);
        setText(oldest, length === 0 ? 'nobody waits' : formatSeconds(oldest_wait_seconds));
        setText(retryAfter, `after ${formatSeconds(status.retry_after_seconds)} at the earliest`);
        setText(daemon, status.daemon.state === 'none' ? 'none of Spillway’s' : status.daemon.state);
        setText(failure, status.daemon.last_failure ?? 'none since the start');
        policyViews.show(status.policies);
        decisionRows.show(
          status.decisions.map((decision) => ({
            ...decision,
            rate: formatRate(rates.decision(name, decision)),
            total: formatCount(decision.total),
          })),
        );
        rateChart.add(atSeconds, [rates.lane(name, 'exec'), rates.lane(name, 'forward'), shedRate]);
        workChart.add(atSeconds, [sum(status.lanes.map((lane) => lane.inflight)), length, limitOf(status)]);
      },
    };
  };
}

/** Of all its lanes; nothing where one has none. */
function limitOf({ lanes }: ApplicationStatus): number | null {
  const limits = lanes.map(({ limit }) => limit);
  return limits.includes(null) ? null : sum(limits.map(Number));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function pair(term: string, value: PageElement): [PageElement, PageElement] {
  return [element('dt', {}, term), value];
}

function more(title: string, content: PageElement): PageElement {
  return element('details', { class: 'more' }, element('summary', {}, element('h3', {}, title)), content);
}
