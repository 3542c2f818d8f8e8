import { isMet } from '../core/is-met.ts';
import type { DecisionRecord } from '../log/decision-record.ts';
import { escapeControls } from '../log/escape-controls.ts';

type Heard = NonNullable<DecisionRecord['arrive']>;
type Voice = Heard['policies'][number] | NonNullable<DecisionRecord['dispatch']>['policies'][number];
type Ground = NonNullable<Voice['grounds']>[number];

const HOLDS = { '>=': 'at or over', '>': 'over', '<': 'below', '<=': 'at most' } as const;
const FAILS = { '>=': 'below', '>': 'not over', '<': 'not below', '<=': 'over' } as const;
const ENDS = { served: 'was served', failed: 'failed', ignored: 'was given up' } as const;
/** On which side of the threshold the opposite is. */
const RISES = { '>=': true, '>': true, '<': false, '<=': false } as const;

/** A recorded decision in plain sentences: who decided what, on which signals, against which thresholds, and what would have changed it. */
export function explainDecision(record: DecisionRecord): string {
  const parts = [
    whatHappened(record),
    section('What was measured', measured(record)),
    section('What the policies said', [
      ...said('When it arrived', record.arrive),
      ...said('When its turn had come', record.dispatch),
    ]),
    section('What would have changed it', whatWouldChange(record)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function whatHappened(record: DecisionRecord): string {
  const { id, application, meta, time, decision, status, wait_ms: waitMs, busy_ms: busyMs } = record;
  const asked = [meta.REQUEST_METHOD, meta.REQUEST_URI].filter((text) => text !== undefined && text !== '');
  const lines = [
    `Request ${id}${asked.length === 0 ? '' : ` (${asked.join(' ')})`}, which came to ${application} at ${time}.`,
  ];
  if (decision === undefined) {
    lines.push(`It was refused for what it is (${record.failure ?? 'unknown'}), before a decision was due.`);
  } else if (decision.lane === 'shed') {
    const retry = decision.retry_after_ms;
    const comeBack =
      retry === undefined ? '' : `, with the word to come back after ${duration(retry)} at the earliest`;
    lines.push(`It was shed after ${duration(waitMs)} in the queue${comeBack}. ${who(decision)}`);
  } else {
    const warm = decision.warm === true ? ', and the daemon was started behind it' : '';
    const failed = record.failure === undefined ? '' : ` (${record.failure})`;
    lines.push(
      `It waited for ${duration(waitMs)} and went to the lane ${decision.lane}${warm}, where it took ${duration(busyMs)} and ${ENDS[record.result]}${failed}. ${who(decision)}`,
    );
  }
  lines.push(status === 0 ? 'Nothing was answered.' : `The answer had the status ${status}.`);
  return lines.map(escapeControls).join('\n');
}

function who({ policy, reason }: NonNullable<DecisionRecord['decision']>): string {
  switch (policy) {
    case 'admission':
      return `No policy decided that, but the gateway's admission: ${reason}.`;
    case 'daemon':
      return `No policy decided that: the daemon did not get up (${reason}).`;
    case 'default':
      return 'No policy had an opinion, so the gateway did what it does then.';
    case 'failsafe':
      return 'The policies that were to decide failed, so the fail-safe stood in for them.';
    default:
      return `The policy ${policy} decided that, with the reason ${reason}.`;
  }
}

function measured({ arrive, dispatch }: DecisionRecord): string[] {
  const heard = dispatch ?? arrive;
  if (heard === undefined) return [];
  const { load, limits } = heard;
  const known = ([what, value]: readonly [string, string | undefined]): string[] =>
    value === undefined ? [] : [`${what} ${value}`];
  const pressures = [
    ['processor', load.cpu_pressure],
    ['memory', load.memory_pressure],
    ['disk', load.io_pressure],
  ] as const;
  return [
    ...known(['processors', number(load.processors)]),
    ...known(['load average', number(load.load_average)]),
    ...known(['tasks running or ready to run', number(load.running)]),
    ...pressures.flatMap(([what, share]) => known([`tasks waited for ${what}`, percent(share)])),
    ...load.lanes.map((lane) => {
      const limit = limits[lane];
      return `in the lane ${lane} ${load.inflight[lane]} requests${typeof limit === 'number' ? ` of at most ${limit}` : ''}`;
    }),
    `waiting ${load.queued}${load.queued === 0 ? '' : `, the oldest for ${duration(load.oldest_wait_ms)}`}`,
    ...(load.daemon === 'none' ? [] : [`the daemon was ${load.daemon}`]),
  ];
}

function said(when: string, heard: DecisionRecord['arrive'] | DecisionRecord['dispatch']): string[] {
  if (heard === undefined) return [];
  const voices: readonly Voice[] = heard.policies;
  if (voices.length === 0) return [`${when}: nothing; no policy of the chain is asked then.`];
  return [
    `${when}:`,
    ...voices.flatMap((voice) => [
      `  ${voice.policy}: ${answerOf(voice)}`,
      ...(voice.grounds ?? []).map((ground) => `    ${comparison(voice.policy, ground)}`),
    ]),
  ];
}

function answerOf(voice: Voice): string {
  const dry = voice.dry_run === true ? ' (a dry run: only counted)' : '';
  if (voice.faulty === true) return 'failed, which counts as no opinion';
  if ('shed' in voice && voice.shed !== undefined) return `shed it, ${voice.shed}${dry}`;
  if ('lane' in voice && voice.lane !== undefined)
    return `${voice.lane === 'shed' ? 'shed it' : `the lane ${voice.lane}`}, ${voice.reason}${voice.lane === 'shed' ? dry : ''}`;
  if ('priority' in voice && voice.priority !== undefined)
    return `a place in the queue, priority ${voice.priority}`;
  return 'no opinion';
}

function comparison(policy: string, ground: Ground): string {
  const { value, threshold, parameter, means, comparison: sign } = ground;
  const signal = nameOf(ground);
  const by = parameter === undefined ? '' : ` (${policy}.${parameter})`;
  return isMet(ground)
    ? `${signal} was ${number(value)}, ${HOLDS[sign]} ${number(threshold)}${by}: ${means}`
    : `${signal} was ${number(value)}, ${FAILS[sign]} ${number(threshold)}${by}; ${HOLDS[sign]} it ${means}`;
}

function whatWouldChange(record: DecisionRecord): string[] {
  const { decision, arrive, dispatch } = record;
  if (decision === undefined) return [];
  const heard = dispatch ?? arrive;
  switch (decision.policy) {
    case 'admission':
      return ofAdmission(decision.reason, record);
    case 'daemon':
      return ['A daemon that gets up: the log has its last words.'];
    case 'default':
      return ['A policy in the chain that names lanes, such as threshold.'];
    case 'failsafe':
      return ['Policies without a fault: the log has `policy-fault` with what went wrong.'];
  }
  const voices: readonly Voice[] = heard?.policies ?? [];
  const decider = voices.find(({ policy }) => policy === decision.policy);
  const grounds = decider?.grounds ?? [];
  if (grounds.length === 0)
    return [`Only ${decision.policy} itself knows: it does not say on what its answers rest.`];
  // A shed rests on what holds; what does not hold would only have been one more reason for it.
  const held = decision.lane === 'shed' ? grounds.filter(isMet) : [];
  return (held.length === 0 ? grounds : held).map((ground) => change(decision.policy, ground));
}

function ofAdmission(reason: string, { arrive, dispatch, wait_ms: waitMs }: DecisionRecord): string[] {
  const heard = dispatch ?? arrive;
  const voices: readonly Voice[] = heard?.policies ?? [];
  const slots = (heard?.load.lanes ?? []).flatMap((lane) => {
    const limit = heard?.limits[lane];
    return typeof limit === 'number' && (heard?.load.inflight[lane] ?? 0) >= limit
      ? [`${lane} (${limit}${whoseLimit(voices, lane, limit)})`]
      : [];
  });
  const higher = slots.length === 0 ? [] : [`A higher limit of what was full: ${slots.join(', ')}.`];
  const somebodyWaits = (heard?.load.queued ?? 0) > 0;
  const betterPlace = (somebodyWaits ? (arrive?.policies ?? []) : [])
    .filter(({ priority }) => priority !== undefined)
    .flatMap(({ policy, grounds = [] }) =>
      grounds.filter((ground) => !isMet(ground)).map((ground) => change(policy, ground)),
    );
  switch (reason) {
    case 'queue_full':
      return [
        `Fewer than the ${heard?.load.queued ?? 0} that waited, or a larger queue.max.`,
        ...higher,
        ...betterPlace,
      ];
    case 'queue_congested':
      return [
        'Fewer visitors just then: a policy lets only few wait while the queue stands, for those who wait longest have the least hope.',
        ...higher,
        ...betterPlace,
      ];
    case 'queue_timeout':
      return [
        `A turn within ${duration(waitMs)}, or a longer queue.timeout (policies may shorten it).`,
        ...higher,
        ...betterPlace,
      ];
    case 'draining':
      return ['`spillway resume`: an operator is draining the application.'];
    default:
      return higher;
  }
}

/** Whose the limit is, and by which parameter an operator raises it, where a policy says so. */
function whoseLimit(voices: readonly Voice[], lane: string, limit: number): string {
  for (const { policy, grounds = [] } of voices) {
    // A part of a composed policy stands before it: `gradient: inflight.exec`.
    const own = grounds.find(({ signal }) => signal.split(': ').at(-1) === `inflight.${lane}`);
    if (own?.threshold !== limit) continue;
    return own.parameter === undefined ? `, found by ${policy}` : `, by ${policy}.${own.parameter}`;
  }
  return '';
}

function change(policy: string, ground: Ground): string {
  const { value, threshold, parameter, comparison: sign } = ground;
  const signal = nameOf(ground);
  const holds = isMet(ground);
  const upwards = RISES[sign] !== holds;
  const signalPart = `${signal} ${(holds ? FAILS : HOLDS)[sign]} ${number(threshold)} instead of ${number(value)}`;
  if (parameter === undefined) return `${signalPart}.`;
  return `${signalPart}, or ${policy}.${parameter} ${upwards ? 'lower' : 'higher'}.`;
}

function nameOf({ signal, visitor }: Ground): string {
  return visitor === undefined ? signal : `${signal} (counted as ${visitor})`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0
    ? ''
    : [`${title}`, ...lines.map((line) => `  ${escapeControls(line)}`)].join('\n');
}

function number(value: number): string;
function number(value: number | undefined): string | undefined;
function number(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(Math.round(value * 100) / 100);
}

function percent(share: number | undefined): string | undefined {
  return share === undefined ? undefined : `${Math.round(share * 100)} % of the time`;
}

function duration(ms: number): string {
  return ms >= 1000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms * 10) / 10} ms`;
}
