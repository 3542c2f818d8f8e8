import type { Clock } from '../core/clock.ts';
import type { RunLane } from '../core/lane.ts';
import type { MachineLoad } from '../core/load.ts';
import type { ExchangeRecord, Observer } from '../core/observer.ts';
import type { Logger } from './logger.ts';

/** Without a shed for so long, shedding is over. */
const SHED_OVER_MS = 5_000;
/** Between two words about the lane of one application, however often it changes. */
const LANE_HOLD_MS = 5_000;

export interface StateLogOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly load: () => Readonly<MachineLoad>;
}

/**
 * Logs changes of state, and counts what happens in between: an application that sheds ten thousand requests makes two
 * lines.
 */
export class StateLog implements Observer {
  readonly #options: StateLogOptions;
  readonly #applications = new Map<string, ApplicationStateLog>();

  constructor(options: StateLogOptions) {
    this.#options = options;
  }

  finished(record: ExchangeRecord): void {
    if (record.decision === undefined || record.application === '') return;
    let application = this.#applications.get(record.application);
    if (application === undefined) {
      application = new ApplicationStateLog(record.application, this.#options);
      this.#applications.set(record.application, application);
    }
    application.finished(record.decision.lane, record.decision.policy, record.decision.reason);
  }

  /** Says what is still uncounted for, and leaves no timer behind. */
  close(): void {
    for (const application of this.#applications.values()) application.close();
    this.#applications.clear();
  }
}

/**
 * Two machines side by side:
 *
 *     calm ──a shed: "shedding-began"──► shedding ──5 s without one: "shedding-ended", with counts──► calm
 *
 *     settled in a lane ──another lane: "lane-changed"──► held for 5 s ──► settled, or "lane-changed" again
 */
class ApplicationStateLog {
  readonly #application: string;
  readonly #options: StateLogOptions;
  #shedding: { readonly beganMs: number; lastMs: number; readonly byReason: Map<string, number> } | undefined;
  #servedMeanwhile = 0;
  #cancelEnd: (() => void) | undefined;

  #lane: RunLane | undefined;
  #saidLane: RunLane | undefined;
  #laneChanges = 0;
  #latest = { policy: '', reason: '' };
  #cancelHold: (() => void) | undefined;

  constructor(application: string, options: StateLogOptions) {
    this.#application = application;
    this.#options = options;
  }

  finished(lane: 'shed' | RunLane, policy: string, reason: string): void {
    if (lane === 'shed') this.#shed(policy, reason);
    else this.#ran(lane, policy, reason);
  }

  close(): void {
    this.#cancelEnd?.();
    if (this.#shedding !== undefined) this.#endShedding();
    this.#cancelHold?.();
    this.#cancelHold = undefined;
  }

  #shed(policy: string, reason: string): void {
    const nowMs = this.#options.clock.now();
    if (this.#shedding === undefined) {
      this.#shedding = { beganMs: nowMs, lastMs: nowMs, byReason: new Map() };
      this.#servedMeanwhile = 0;
      const { logger } = this.#options;
      logger.warn('shedding-began', { application: this.#application, policy, reason, ...this.#load() });
      this.#watchEnd(SHED_OVER_MS);
    }
    this.#shedding.lastMs = nowMs;
    const key = `${policy}: ${reason}`;
    this.#shedding.byReason.set(key, (this.#shedding.byReason.get(key) ?? 0) + 1);
  }

  /** One timer however many are shed: it looks when the last one was, and waits for the rest. */
  #watchEnd(delayMs: number): void {
    this.#cancelEnd = this.#options.clock.after(delayMs, () => {
      if (this.#shedding === undefined) return;
      const leftMs = this.#shedding.lastMs + SHED_OVER_MS - this.#options.clock.now();
      if (leftMs > 0) this.#watchEnd(leftMs);
      else this.#endShedding();
    });
  }

  #endShedding(): void {
    if (this.#shedding === undefined) return;
    const { beganMs, lastMs, byReason } = this.#shedding;
    this.#shedding = undefined;
    this.#options.logger.info('shedding-ended', {
      application: this.#application,
      shed: [...byReason.values()].reduce((sum, count) => sum + count, 0),
      shed_by_reason: Object.fromEntries(byReason),
      run_meanwhile: this.#servedMeanwhile,
      lasted_ms: Math.round(lastMs - beganMs),
      ...this.#load(),
    });
  }

  #ran(lane: RunLane, policy: string, reason: string): void {
    if (this.#shedding !== undefined) this.#servedMeanwhile += 1;
    if (lane === this.#lane) return;
    this.#lane = lane;
    this.#latest = { policy, reason };
    if (this.#saidLane === undefined) {
      // The first lane of all is no change.
      this.#saidLane = lane;
      return;
    }
    this.#laneChanges += 1;
    if (this.#cancelHold === undefined) this.#sayLane();
  }

  #sayLane(): void {
    this.#cancelHold = undefined;
    if (this.#lane === this.#saidLane) {
      this.#laneChanges = 0;
      return;
    }
    this.#options.logger.info('lane-changed', {
      application: this.#application,
      from: this.#saidLane,
      to: this.#lane,
      ...this.#latest,
      changes: this.#laneChanges,
      ...this.#load(),
    });
    this.#saidLane = this.#lane;
    this.#laneChanges = 0;
    this.#cancelHold = this.#options.clock.after(LANE_HOLD_MS, () => this.#sayLane());
  }

  #load(): Record<string, number | undefined> {
    const load = this.#options.load();
    return {
      processors: load.processors,
      load_average: load.loadAverage,
      running: load.running,
      cpu_pressure: hundredths(load.cpuPressure),
      memory_pressure: hundredths(load.memoryPressure),
      io_pressure: hundredths(load.ioPressure),
      cpu_busy: hundredths(load.cpuBusy),
      memory_available_bytes: load.memoryAvailable,
    };
  }
}

function hundredths(share: number | undefined): number | undefined {
  return share === undefined ? undefined : Math.round(share * 100) / 100;
}
