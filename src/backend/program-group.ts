import type { Clock } from '../core/clock.ts';
import { groupRuns } from '../system/group-runs.ts';
import { groupExists, signalGroup } from '../system/process-group.ts';

/** How long to wait between two looks at a group whose leader is gone: from the first to the last, doubling. */
const firstLookMs = 5;
const lastLookMs = 1_000;
/** From this wait on a look is thorough, which costs more. */
const thoroughMs = 80;
/** After KILL only what the kernel holds, or what nobody reaps, is left: not worth a slot for ever. */
const hopelessAfterMs = 5_000;

export interface ProgramGroupOptions {
  /** Between TERM and KILL. */
  readonly killGraceMs: number;
  readonly clock: Clock;
}

/**
 * The process group of a program, to its end.
 *
 *                 terminate                 grace over
 *     running ────────────────► terminating ──────────► killed
 *        │ reaped                   │ reaped               │ reaped, or hopeless
 *        ▼                          ▼                      ▼
 *     looking ─── terminate ──► looking ──────────────► looking ──► gone
 *
 * The kernel gives a process number to nobody else as long as a group has it, so signals are safe until the group was
 * seen to be gone, and never after.
 */
export class ProgramGroup {
  readonly #pid: number;
  readonly #options: ProgramGroupOptions;
  readonly #onGone: (survived: boolean) => void;
  #leaderReaped = false;
  #stage: 'running' | 'terminating' | 'killed' | 'gone' = 'running';
  #signalled = false;
  #killedMs = 0;
  #lookMs = firstLookMs;
  #takeBackKill: () => void = () => {};
  #takeBackLook: () => void = () => {};

  /** `onGone`: called once; `survived`: it is there even after KILL, but not waited for any more. */
  constructor(pid: number, options: ProgramGroupOptions, onGone: (survived: boolean) => void) {
    this.#pid = pid;
    this.#options = options;
    this.#onGone = onGone;
  }

  /** Whether anybody was told to end. */
  get signalled(): boolean {
    return this.#signalled;
  }

  get gone(): boolean {
    return this.#stage === 'gone';
  }

  /** TERM to all of it, and KILL after the grace. */
  terminate(): void {
    if (this.#stage !== 'running') return;
    this.#stage = 'terminating';
    this.#signalled = true;
    this.#signal('SIGTERM');
    const { clock, killGraceMs } = this.#options;
    this.#takeBackKill = clock.after(killGraceMs, () => {
      this.#stage = 'killed';
      this.#killedMs = clock.now();
      this.#signal('SIGKILL');
      if (this.#leaderReaped) this.#lookSoon();
    });
    if (this.#leaderReaped) this.#lookSoon();
  }

  /** The program itself has ended and was reaped. */
  leaderReaped(): void {
    this.#leaderReaped = true;
    this.#look();
  }

  #look(): void {
    const { clock } = this.#options;
    const hopeless = this.#stage === 'killed' && clock.now() - this.#killedMs >= hopelessAfterMs;
    const exists = this.#exists();
    if (exists && !hopeless) {
      this.#takeBackLook = clock.after(this.#lookMs, () => this.#look());
      this.#lookMs = Math.min(lastLookMs, 2 * this.#lookMs);
      return;
    }
    this.#stage = 'gone';
    this.#takeBackKill();
    this.#onGone(exists);
  }

  #lookSoon(): void {
    this.#takeBackLook();
    this.#lookMs = firstLookMs;
    this.#takeBackLook = this.#options.clock.after(firstLookMs, () => this.#look());
  }

  #exists(): boolean {
    try {
      return groupExists(this.#pid) && (this.#lookMs < thoroughMs || groupRuns(this.#pid));
    } catch {
      // Not ours to signal any more (a program that changed its user): it is there.
      return true;
    }
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    try {
      signalGroup(this.#pid, signal);
    } catch {
      // Likewise: nothing that we could do.
    }
  }
}
