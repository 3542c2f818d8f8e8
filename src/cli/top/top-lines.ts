import type { StatusDocument } from '../../admin/status-document.ts';
import type { ParameterOverride } from '../../control/control-target.ts';
import { escapeControls } from '../../log/escape-controls.ts';

/** What the control socket answers to /status. */
export interface ShownStatus extends StatusDocument {
  readonly overrides: readonly ParameterOverride[];
}

/** `tone` is what a terminal may show by a colour; the text says it as well. */
export interface TopLine {
  readonly text: string;
  readonly tone: 'head' | 'plain' | 'warning' | 'quiet';
}

export interface TopSize {
  /** Of a line, in characters; longer ones are cut. */
  readonly columns: number;
  /** Changes of state that are shown at most. */
  readonly changes: number;
}

/** The lines of `spillway top`. `before` is the status of some time earlier, for what is counted by the second. */
export function topLines(
  now: ShownStatus,
  before: ShownStatus | undefined,
  { columns, changes }: TopSize,
): readonly TopLine[] {
  const { load, readiness } = now;
  const state = readiness.ready ? 'ready' : readiness.reason;
  const lines: TopLine[] = [
    { text: `Spillway ${now.version}  ${state}  up ${period(now.uptime_seconds)}`, tone: 'head' },
    {
      text: [
        `load ${number(load.load_average)} on ${number(load.processors)} processors`,
        `running ${number(load.running_tasks)}`,
        `busy ${percent(load.cpu_busy_ratio)}`,
        `pressure cpu ${percent(load.cpu_pressure_ratio)} memory ${percent(load.memory_pressure_ratio)} io ${percent(load.io_pressure_ratio)}`,
        `memory free ${memory(load.memory_available_bytes)}`,
      ].join('  '),
      tone: 'plain',
    },
    { text: '', tone: 'plain' },
    {
      text: row(['APPLICATION', 'LANE', 'INFLIGHT', 'LIMIT', 'PER SECOND', 'QUEUE', 'OLDEST', 'DAEMON']),
      tone: 'head',
    },
    ...now.applications.flatMap((application) => applicationLines(application, now, before)),
  ];
  if (now.overrides.length > 0) {
    lines.push({ text: '', tone: 'plain' }, { text: 'SET FOR A WHILE', tone: 'head' });
    for (const { application, policy, parameter, value, secondsLeft } of now.overrides)
      lines.push({
        text: `${application}  ${policy}.${parameter}=${value}  ${period(secondsLeft)} left`,
        tone: 'warning',
      });
  }
  lines.push({ text: '', tone: 'plain' }, { text: 'LAST CHANGES', tone: 'head' });
  const shown = now.recent_changes.slice(0, changes);
  if (shown.length === 0) lines.push({ text: 'none yet', tone: 'quiet' });
  for (const { time, event, application, details } of shown) {
    const rest = Object.entries(details).map(([name, value]) => `${name}=${value}`);
    const text = [time.slice(11, 19), event, application ?? '', ...rest]
      .filter((part) => part !== '')
      .join('  ');
    lines.push({ text, tone: isBad(event) ? 'warning' : 'quiet' });
  }
  return lines.map(({ text, tone }) => ({ text: cut(escapeControls(text), columns), tone }));
}

type ShownApplication = ShownStatus['applications'][number];

function applicationLines(
  application: ShownApplication,
  now: ShownStatus,
  before: ShownStatus | undefined,
): TopLine[] {
  const { name, lanes, queue, daemon } = application;
  const rate = (lane: string) => perSecond(application, lane, now, before);
  const lines = lanes.map(({ lane, inflight, limit }, index): TopLine => {
    const first = index === 0;
    const cells = [
      first ? name : '',
      lane,
      String(inflight),
      limit === null ? '-' : String(limit),
      rate(lane),
      first ? `${queue.length}/${queue.limit ?? '-'}` : '',
      first ? `${number(queue.oldest_wait_seconds)} s` : '',
      lane === 'forward' || lanes.length === 1 ? daemon.state : '',
    ];
    const isFull = limit !== null && inflight >= limit;
    return {
      text: row(cells),
      tone: isFull || queue.length > 0 || daemon.state === 'failing' ? 'warning' : 'plain',
    };
  });
  const shed = rate('shed');
  lines.push({
    text: row(['', 'shed', '', '', shed, '', '', '']),
    tone: Number.parseFloat(shed) > 0 ? 'warning' : 'quiet',
  });
  return lines;
}

function perSecond(
  { name, decisions }: ShownApplication,
  lane: string,
  now: ShownStatus,
  before: ShownStatus | undefined,
): string {
  const sum = (some: ShownApplication['decisions']): number =>
    some.reduce((total, one) => total + (one.lane === lane ? one.total : 0), 0);
  const earlier = before?.applications.find((one) => one.name === name);
  const passed = now.uptime_seconds - (before?.uptime_seconds ?? 0);
  // A gateway that was started meanwhile counts from nothing.
  if (before === undefined || earlier === undefined || !(passed > 0)) return '-';
  return number(Math.max(0, sum(decisions) - sum(earlier.decisions)) / passed);
}

const WIDTHS = [16, 8, 9, 7, 11, 10, 8, 8];

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0))
    .join(' ')
    .trimEnd();
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}

function isBad(event: string): boolean {
  return /began|failed|died|refused|unresponsive|storm|fault|survived/.test(event);
}

function number(value: number | null): string {
  if (value === null) return '-';
  return String(value >= 100 ? Math.round(value) : Math.round(value * 10) / 10);
}

function percent(ratio: number | null): string {
  return ratio === null ? '-' : `${Math.round(ratio * 100)}%`;
}

function memory(bytes: number | null): string {
  if (bytes === null) return '-';
  return bytes >= 1 << 30 ? `${number(bytes / 2 ** 30)} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`;
}

function period(seconds: number): string {
  const whole = Math.round(seconds);
  const [days, hours, minutes] = [
    Math.floor(whole / 86400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
