import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricDefinition } from '../metrics/metric-definitions.ts';
import {
  DEATH_CAUSES,
  type DeathCause,
  SHED_REASONS,
  type ShedReason,
  WORKER_STATES,
  type WorkerState,
} from './pool-effects.ts';

/** Every metric of a preforking parent. Label values are closed sets. */
const PREFORK_METRICS = {
  workers: {
    name: 'spillway_prefork_workers',
    type: 'gauge',
    help: 'Workers by what they do: idle ones wait for a connection, offered ones have not acknowledged theirs, accepting ones accept on their own.',
    labels: ['state'],
  },
  starts: {
    name: 'spillway_prefork_worker_starts_total',
    type: 'counter',
    help: 'Workers started.',
    labels: [],
  },
  deaths: {
    name: 'spillway_prefork_worker_deaths_total',
    type: 'counter',
    help: 'Workers that ended, by cause: asked to (requests, memory, idle, reload, stop), by themselves (exited, killed), or ended by the parent.',
    labels: ['cause'],
  },
  startFailures: {
    name: 'spillway_prefork_start_failures_total',
    type: 'counter',
    help: 'Workers that could not be started at all.',
    labels: [],
  },
  requests: {
    name: 'spillway_prefork_requests_total',
    type: 'counter',
    help: 'Connections that a worker has taken.',
    labels: [],
  },
  shed: {
    name: 'spillway_prefork_shed_total',
    type: 'counter',
    help: 'Connections that were refused for want of a worker, by reason.',
    labels: ['reason'],
  },
  closed: {
    name: 'spillway_prefork_closed_total',
    type: 'counter',
    help: 'Connections closed without an answer: they said nothing, or were gone before a worker was free.',
    labels: ['reason'],
  },
  queueWait: {
    name: 'spillway_prefork_queue_wait_seconds',
    type: 'histogram',
    help: 'From the first byte of a connection to the worker that took it.',
    labels: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  queue: {
    name: 'spillway_prefork_queue_length',
    type: 'gauge',
    help: 'Connections that wait for a worker.',
    labels: [],
  },
  silent: {
    name: 'spillway_prefork_silent_connections',
    type: 'gauge',
    help: 'Connections that have said nothing yet.',
    labels: [],
  },
  ready: {
    name: 'spillway_prefork_ready',
    type: 'gauge',
    help: '1 once a worker was ready, until the server stops.',
    labels: [],
  },
  exhausted: {
    name: 'spillway_prefork_accept_failures_total',
    type: 'counter',
    help: 'Times that no connection could be accepted, for want of descriptors or memory.',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

/** What is looked at when somebody asks. */
export interface PreforkState {
  count(state: WorkerState): number;
  readonly waiting: number;
  readonly silent: number;
  readonly isReady: boolean;
}

/** Counts and measures of one parent, in a registry of its own. */
export class PreforkMetrics {
  readonly #registry = new Registry();
  readonly #starts = this.#counter('starts');
  readonly #deaths = this.#counter('deaths');
  readonly #startFailures = this.#counter('startFailures');
  readonly #requests = this.#counter('requests');
  readonly #shed = this.#counter('shed');
  readonly #closed = this.#counter('closed');
  readonly #exhausted = this.#counter('exhausted');
  readonly #queueWait: Histogram;

  constructor(state: PreforkState) {
    const { name, help, buckets } = PREFORK_METRICS.queueWait;
    this.#queueWait = new Histogram({ name, help, buckets: [...buckets], registers: [this.#registry] });
    this.#gauge('workers', (gauge) => {
      for (const each of WORKER_STATES) gauge.set({ state: each }, state.count(each));
    });
    this.#gauge('queue', (gauge) => gauge.set(state.waiting));
    this.#gauge('silent', (gauge) => gauge.set(state.silent));
    this.#gauge('ready', (gauge) => gauge.set(state.isReady ? 1 : 0));
    // What has not happened yet is 0, not absent.
    for (const cause of DEATH_CAUSES) this.#deaths.inc({ cause }, 0);
    for (const reason of SHED_REASONS) this.#shed.inc({ reason }, 0);
    for (const reason of ['silent', 'abandoned']) this.#closed.inc({ reason }, 0);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  exposition(): Promise<string> {
    return this.#registry.metrics();
  }

  started(): void {
    this.#starts.inc();
  }

  startFailed(): void {
    this.#startFailures.inc();
  }

  died(cause: DeathCause): void {
    this.#deaths.inc({ cause });
  }

  took(waitedMs: number): void {
    this.#requests.inc();
    this.#queueWait.observe(waitedMs / 1000);
  }

  shed(reason: ShedReason): void {
    this.#shed.inc({ reason });
  }

  closed(reason: 'silent' | 'abandoned'): void {
    this.#closed.inc({ reason });
  }

  exhausted(): void {
    this.#exhausted.inc();
  }

  #counter(key: keyof typeof PREFORK_METRICS): Counter {
    const { name, help, labels } = PREFORK_METRICS[key];
    return new Counter({ name, help, labelNames: [...labels], registers: [this.#registry] });
  }

  #gauge(key: keyof typeof PREFORK_METRICS, collect: (gauge: Gauge) => void): void {
    const { name, help, labels } = PREFORK_METRICS[key];
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      collect: () => collect(gauge),
    });
  }
}
