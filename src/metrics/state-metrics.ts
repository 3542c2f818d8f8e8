import type { DaemonState } from '../core/daemon-state.ts';
import type { MachineLoad } from '../core/load.ts';
import { BoundedNames } from './bounded-names.ts';
import type { GatewayState } from './gateway-state.ts';
import { METRIC_DEFINITIONS, type MetricDefinition } from './metric-definitions.ts';
import type { MetricRegistry } from './metric-registry.ts';
import { type Sample, SampledMetric } from './sampled-metric.ts';

/** `none` is no state of a daemon: an application without one has no series. */
const DAEMON_STATES = ['down', 'starting', 'up', 'retiring', 'failing'] as const satisfies DaemonState[];

/** Gauges of the gateway's state and of the load, asked for when scraped. What is not known has no series. */
export class StateMetrics {
  #state: GatewayState | undefined;
  readonly #registry: MetricRegistry;

  constructor(registry: MetricRegistry) {
    this.#registry = registry;
    this.#gaugesOfApplications();
    this.#gaugesOfSettings();
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
    this.#gauge(METRIC_DEFINITIONS.retryAfter, (state) =>
      applications(state).map(({ name, retryAfterMs }) => [retryAfterMs / 1000, name]),
    );
    this.#gauge(METRIC_DEFINITIONS.daemonState, (state) =>
      applications(state).flatMap(({ name, daemon }): Sample[] =>
        daemon === 'none' ? [] : DAEMON_STATES.map((one) => [one === daemon ? 1 : 0, name, one]),
      ),
    );
  }

  #gaugesOfSettings(): void {
    const settings = (state: GatewayState) => [...state.settings()];
    this.#gauge(METRIC_DEFINITIONS.queueLimit, (state) =>
      settings(state).map(({ name, queueMax }) => [queueMax, name]),
    );
    this.#gauge(METRIC_DEFINITIONS.policyParameter, (state) =>
      settings(state).flatMap(({ name, parameters }) => {
        const known = new Set<string>();
        return parameters.flatMap(({ policy, parameter, value }): Sample[] => {
          // A policy may stand in a chain twice, and a series only once.
          const key = `${policy} ${parameter}`;
          if (known.has(key)) return [];
          known.add(key);
          return [[value, name, policy, parameter]];
        });
      }),
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

  #gauge(definition: MetricDefinition, samples: (state: GatewayState) => Iterable<Sample>): void {
    const ask = () => (this.#state === undefined ? [] : samples(this.#state));
    this.#registry.add(new SampledMetric(definition, ask));
  }
}
