import { Gauge, type Registry } from 'prom-client';
import type { DaemonState } from '../core/daemon-state.ts';
import type { MachineLoad } from '../core/load.ts';
import { BoundedNames } from './bounded-names.ts';
import type { GatewayState } from './gateway-state.ts';
import { METRIC_DEFINITIONS, type MetricDefinition } from './metric-definitions.ts';

/** `none` is no state of a daemon: an application without one has no series. */
const DAEMON_STATES = ['down', 'starting', 'up', 'retiring', 'failing'] as const satisfies DaemonState[];

type Sample = readonly [value: number | undefined, ...labelValues: string[]];

/** Gauges of the gateway's state and of the load, asked for when scraped. What is not known has no series. */
export class StateMetrics {
  #state: GatewayState | undefined;
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#gaugesOfApplications();
    this.#gaugesOfLoad();
    const states = new BoundedNames(20);
    this.#gauge(METRIC_DEFINITIONS.connections, ({ connections }) =>
      Object.entries(connections()).map(([state, count]) => [count, states.name(state)]),
    );
  }

  /** From now on the gauges tell of this gateway. */
  watch(state: GatewayState): void {
    this.#state = state;
  }

  #gaugesOfApplications(): void {
    const applications = (state: GatewayState) => [...state.applications()];
    this.#gauge(METRIC_DEFINITIONS.inflight, (state) =>
      applications(state).flatMap(({ name, limits, inflight }): Sample[] => [
        // A lane that a reload took away may still have requests in it.
        ...(limits.exec === undefined && inflight.exec === 0 ? [] : [[inflight.exec, name, 'exec'] as const]),
        ...(limits.forward === undefined && inflight.forward === 0
          ? []
          : [[inflight.forward, name, 'forward'] as const]),
      ]),
    );
    this.#gauge(METRIC_DEFINITIONS.limit, (state) =>
      applications(state).flatMap(({ name, limits }): Sample[] => [
        [limits.exec, name, 'exec'],
        [limits.forward, name, 'forward'],
      ]),
    );
    this.#gauge(METRIC_DEFINITIONS.queueLength, (state) =>
      applications(state).map(({ name, queued }) => [queued, name]),
    );
    this.#gauge(METRIC_DEFINITIONS.queueOldestWait, (state) =>
      applications(state).map(({ name, oldestWaitMs }) => [oldestWaitMs / 1000, name]),
    );
    this.#gauge(METRIC_DEFINITIONS.daemonState, (state) =>
      applications(state).flatMap(({ name, daemon }): Sample[] =>
        daemon === 'none' ? [] : DAEMON_STATES.map((one) => [one === daemon ? 1 : 0, name, one]),
      ),
    );
  }

  #gaugesOfLoad(): void {
    const signals: readonly [MetricDefinition, (load: Readonly<MachineLoad>) => Sample[]][] = [
      [METRIC_DEFINITIONS.loadProcessors, (load) => [[load.processors]]],
      [METRIC_DEFINITIONS.loadAverage, (load) => [[load.loadAverage]]],
      [METRIC_DEFINITIONS.loadRunningTasks, (load) => [[load.running]]],
      [
        METRIC_DEFINITIONS.loadPressure,
        (load) => [
          [load.cpuPressure, 'cpu'],
          [load.memoryPressure, 'memory'],
          [load.ioPressure, 'io'],
        ],
      ],
      [METRIC_DEFINITIONS.loadCpuBusy, (load) => [[load.cpuBusy]]],
      [METRIC_DEFINITIONS.loadMemoryAvailable, (load) => [[load.memoryAvailable]]],
      [
        METRIC_DEFINITIONS.loadEventLoopDelay,
        ({ eventLoopDelayMs: late }) => [[late === undefined ? undefined : late / 1000]],
      ],
    ];
    for (const [definition, samples] of signals) this.#gauge(definition, (state) => samples(state.load()));
  }

  #gauge(definition: MetricDefinition, samples: (state: GatewayState) => Sample[]): void {
    const { name, help, labels } = definition;
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [this.#registry],
      collect: () => {
        gauge.reset();
        // A gauge without labels starts from 0, which would be a lie.
        if (labels.length === 0) gauge.remove();
        if (this.#state === undefined) return;
        for (const [value, ...values] of samples(this.#state)) {
          if (value !== undefined && Number.isFinite(value)) gauge.labels(...values).set(value);
        }
      },
    });
  }
}
