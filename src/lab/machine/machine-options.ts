import type { RunLane } from '../../core/lane.ts';
import type { Random } from '../../core/random.ts';
import type { View } from '../../core/view.ts';
import type { PolicyChain } from '../../policy/policy-chain.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface MachineOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly chain: PolicyChain;
  readonly processors: number;
  /** Processor time that one request needs, milliseconds; drawn anew for each. */
  readonly work: (random: Random) => number;
  /** Time in which the program sleeps, with no processor. */
  readonly sleepMs?: number;
  /** The only lane, where there is no daemon to start. */
  readonly lane?: RunLane;
  /** With it both lanes are there, and the daemon is down until it is asked for. */
  readonly daemon?: SimulatedDaemon;
  readonly queueMax?: number;
  readonly queueTimeoutMs?: number;
  /** Signals that this machine cannot measure. */
  readonly withoutSignals?: boolean;
  /** Whoever is refused comes back after this long at the soonest, so many times; each time `backOff` times as late. */
  readonly retries?: { readonly times: number; readonly afterMs: number; readonly backOff?: number };
  /** Tasks of somebody else that never sleep. */
  readonly neighbours?: number;
  /** What the gateway's own event loop needs for each thing that happens, milliseconds; things that happen meanwhile wait. */
  readonly loopMs?: number;
  /** What is asked for; the same for every request where left out. */
  readonly view?: (random: Random) => View;
}

export interface SimulatedDaemon {
  readonly bootMs: number;
  /** As that of a program; less, since nothing has to start. */
  readonly work: (random: Random) => number;
}
