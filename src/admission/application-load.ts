import type { DaemonState } from '../core/daemon-state.ts';
import type { RunLane } from '../core/lane.ts';
import type { Load, MachineLoad } from '../core/load.ts';

/** Where the application's own part of the load comes from. */
export interface ApplicationSignals {
  readonly lanes: readonly RunLane[];
  daemon(): DaemonState;
  inflight(): Readonly<Record<RunLane, number>>;
  queued(): number;
  oldestWaitMs(): number;
}

/**
 * The load as the policies of one application see it. Nothing is copied: a signal costs only when a policy reads it, and is as
 * fresh as that moment.
 */
export class ApplicationLoad implements Load {
  readonly #machine: Readonly<MachineLoad>;
  readonly #signals: ApplicationSignals;
  readonly lanes: readonly RunLane[];

  constructor(machine: Readonly<MachineLoad>, signals: ApplicationSignals) {
    this.#machine = machine;
    this.#signals = signals;
    this.lanes = signals.lanes;
  }

  get processors(): number {
    return this.#machine.processors;
  }
  get machineProcessors(): number | undefined {
    return this.#machine.machineProcessors;
  }
  get loadAverage(): number | undefined {
    return this.#machine.loadAverage;
  }
  get running(): number | undefined {
    return this.#machine.running;
  }
  get cpuPressure(): number | undefined {
    return this.#machine.cpuPressure;
  }
  get memoryPressure(): number | undefined {
    return this.#machine.memoryPressure;
  }
  get ioPressure(): number | undefined {
    return this.#machine.ioPressure;
  }
  get cpuBusy(): number | undefined {
    return this.#machine.cpuBusy;
  }
  get memoryAvailable(): number | undefined {
    return this.#machine.memoryAvailable;
  }
  get eventLoopDelayMs(): number | undefined {
    return this.#machine.eventLoopDelayMs;
  }
  get daemon(): DaemonState {
    return this.#signals.daemon();
  }
  get inflight(): Readonly<Record<RunLane, number>> {
    return this.#signals.inflight();
  }
  get queued(): number {
    return this.#signals.queued();
  }
  get oldestWaitMs(): number {
    return this.#signals.oldestWaitMs();
  }
}
