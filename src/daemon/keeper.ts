import type { Clock } from '../core/clock.ts';
import type { Daemon, DaemonRefusal, Ensured } from '../core/daemon.ts';
import type { DaemonState } from '../core/daemon-state.ts';
import { Fault } from '../core/fault.ts';
import { MAX_SOCKET_PATH_BYTES } from '../system/unix-socket-address.ts';
import type { ActivationSocket } from './activation-socket.ts';
import { AdoptedDaemon } from './adopted-daemon.ts';
import {
  type AttemptOptions,
  attemptRestart,
  attemptStart,
  type HeldAddress,
  type StartAttempt,
} from './attempt-start.ts';
import { describeEnd } from './describe-end.ts';
import { endProcess } from './end-process.ts';
import { EnsureWaiters } from './ensure-waiters.ts';
import { KeeperLog } from './keeper-log.ts';
import type { KeeperOptions } from './keeper-options.ts';
import { type EndCause, KeptDaemon } from './kept-daemon.ts';
import { launchProcess } from './launch-process.ts';
import { type LockPaths, lockPaths } from './lock-paths.ts';
import { OutputLog } from './output-log.ts';
import { probeAddress } from './probe-address.ts';
import { isAlive, type Probe } from './reachability.ts';
import { type RetirementReason, RetirementWatch } from './retirement-watch.ts';
import { StartScore } from './start-score.ts';
import { Suspicion } from './suspicion.ts';
import { UseLock } from './use-lock.ts';

const UP: Ensured = { up: true };
const ANSWER_UP = Promise.resolve(UP);

/**
 * Keeps the daemon of one application: starts it when it is needed, one start at a time however many ask and however many
 * keepers there are, and retires it when it is not.
 *
 *   down      ── ensure ──────────────────────────────────────────► starting
 *   starting  ── it takes a connection, or somebody else's does ──► up
 *   starting  ── failed ──────────────────────────────────────────► rest
 *   up        ── died, and its group with it ─────────────────────► rest
 *   up        ── died and left others of its group ───────────────► retiring
 *   up        ── idle, quiet, unresponsive, or stop ──────────────► retiring
 *   up        ── adopted, and gone or orphaned when wanted ───────► starting
 *   retiring  ── the group is gone ───────────────────────────────► rest
 *   rest      ── the start score is at its limit ─────────────────► failing
 *   rest      ── else ────────────────────────────────────────────► down   (and on to starting where somebody waits)
 *   failing   ── the start score has fallen ──────────────────────► down
 *
 * Whoever holds the life lock is the keeper, from before the process is started until its whole group is gone. A daemon
 * that answers while somebody else holds that lock, or nobody, is `up` as well, but adopted: used, and neither retired nor
 * killed; except an orphan, whose keeper was killed: it is ended, and another one started in its place. `down` and `failing` hold nothing. After `stop`, the state is `down` for good.
 *
 * With `activation: inherit` the keeper has opened the listening socket, and keeps it with the life lock from a daemon that crashed to the
 * next one where anybody waits in its queue or here; so nobody in the queue is lost. Else both go together.
 */
export class DaemonKeeper implements Daemon {
  readonly #options: KeeperOptions;
  readonly #clock: Clock;
  readonly #log: KeeperLog;
  readonly #locks: LockPaths;
  readonly #probe: Probe;
  readonly #use: UseLock;
  readonly #watch: RetirementWatch;
  readonly #suspicion: Suspicion;
  readonly #adopted: AdoptedDaemon;
  readonly #waiters: EnsureWaiters;
  readonly #score: StartScore;
  readonly #stop = new AbortController();
  #state: DaemonState = 'down';
  /** Nothing while the daemon is down, or adopted. */
  #kept: KeptDaemon | undefined;
  /** Between a daemon that crashed and the next. */
  #held: HeldAddress | undefined;
  /** The start or retirement that is under way, or the last one. Never rejects. */
  #transition: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;
  #cancelForgiving: (() => void) | undefined;

  /** Throws a Fault where the daemon can never work. */
  constructor(options: KeeperOptions) {
    const { scgi, daemon, clock } = options;
    if (scgi.address.kind === 'unix' && Buffer.byteLength(scgi.address.path) > MAX_SOCKET_PATH_BYTES) {
      throw new Fault(
        'daemon/socket-path-too-long',
        `expected a socket path of at most ${MAX_SOCKET_PATH_BYTES} bytes, found ${scgi.address.path}`,
        { file: scgi.address.path },
      );
    }
    this.#options = options;
    this.#clock = clock;
    this.#log = new KeeperLog(options.application, options.log, options.observer);
    this.#locks = lockPaths(scgi.address, options.lockDirectory ?? options.directory);
    this.#probe = options.probe ?? probeAddress(scgi.address, clock, scgi.connectTimeoutMs);
    this.#use = new UseLock(this.#locks.use, clock);
    this.#waiters = new EnsureWaiters(clock);
    this.#score = options.score ?? new StartScore();
    this.#watch = new RetirementWatch({
      clock,
      idleTimeoutMs: daemon.idleTimeoutMs,
      quietTimeoutMs: daemon.quietTimeoutMs,
      inUse: () => this.#use.inUse,
      retire: (reason) => this.#retire(reason),
    });
    this.#suspicion = new Suspicion(clock, this.#probe, () => this.#restart());
    this.#adopted = new AdoptedDaemon(scgi.address, this.#locks.life, this.#probe, () =>
      this.#replaceAdopted(),
    );
  }

  get state(): DaemonState {
    return this.#state;
  }

  ensure(deadlineMs: number): Promise<Ensured> {
    if (this.#stop.signal.aborted) return refuse('stopping');
    if (this.#state === 'failing') return refuse('start-storm');
    if (this.#state === 'up' && (this.#kept !== undefined || !this.#adopted.hasLeft)) return ANSWER_UP;
    const ensured = this.#waiters.add(deadlineMs);
    if (this.#state === 'down' || this.#state === 'up') this.#transition = this.#start();
    return ensured;
  }

  enter(): void {
    this.#use.enter();
    this.#watch.entered();
  }

  leave(): void {
    this.#use.leave();
    this.#watch.left();
  }

  notNeeded(): void {
    if (this.#state === 'up') this.#watch.notNeeded();
  }

  suspect(): void {
    if (this.#state !== 'up') return;
    if (this.#kept !== undefined) this.#suspicion.raise();
    else void this.#adopted.suspect();
  }

  async retire(): Promise<void> {
    while (this.#state === 'starting' || this.#state === 'retiring') await this.#transition;
    const kept = this.#kept;
    if (this.#state !== 'up' || kept === undefined) return;
    this.#transition = this.#dismiss(kept, 'asked');
    await this.#transition;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopForGood();
    return this.#stopped;
  }

  async #start(): Promise<void> {
    this.#become('starting');
    const { application, scgi, daemon, environment, directory, launcher = launchProcess } = this.#options;
    const output = new OutputLog(this.#options.log, this.#clock, application);
    const attemptOptions: AttemptOptions = {
      address: scgi.address,
      activation: daemon.activation,
      lifePath: this.#locks.life,
      usePath: this.#locks.use,
      launcher,
      launch: { command: daemon.command, directory, environment, line: (line) => output.line(line) },
      probe: this.#probe,
      clock: this.#clock,
      timeoutMs: daemon.startTimeoutMs,
      stopTimeoutMs: daemon.stopTimeoutMs,
      orphanEnded: (pid) => this.#log.orphanEnded(pid),
      signal: this.#stop.signal,
      launched: ({ pid }) => {
        this.#score.started(this.#clock.now());
        this.#log.started(pid);
      },
    };
    const held = this.#held;
    this.#held = undefined;
    this.#started(
      held === undefined ? await attemptStart(attemptOptions) : await attemptRestart(attemptOptions, held),
    );
  }

  #started(attempt: StartAttempt): void {
    if (attempt.kind === 'refused') {
      const { refusal, message, process } = attempt;
      // One that was called off did not die by itself.
      if (process !== undefined && refusal !== 'stopping') this.#score.died(this.#clock.now());
      this.#log.refused(refusal, message, process);
      this.#rest(refusal);
      return;
    }
    if (attempt.kind === 'ready') {
      const { process, durationMs } = attempt;
      const kept = this.#keep(attempt);
      this.#kept = kept;
      process.ended.then(() => this.#died(kept));
      this.#log.ready(process.pid, durationMs);
      this.#watch.begin();
    } else this.#log.adopted();
    this.#become('up');
    this.#waiters.answer(UP);
  }

  #keep({ process, life, socket }: Extract<StartAttempt, { kind: 'ready' }>): KeptDaemon {
    return new KeptDaemon({
      process,
      life,
      socket,
      address: this.#options.scgi.address,
      use: this.#use,
      clock: this.#clock,
      log: this.#log,
      stopTimeoutMs: this.#options.daemon.stopTimeoutMs,
      isWanted: (queue) => this.#isWanted(queue),
    });
  }

  async #died(kept: KeptDaemon): Promise<void> {
    const { process, binds } = kept;
    // A command that went into the background ended well, and what it left behind still answers.
    const left = binds && process.end?.code === 0 && isAlive(await this.#probe());
    if (this.#kept !== kept || this.#state !== 'up') return;
    this.#options.observer.failed('died');
    this.#score.died(this.#clock.now());
    if (process.groupRuns()) {
      this.#transition = this.#end(kept, 'crash');
      await this.#transition;
    } else {
      this.#unwatch();
      this.#gone(kept.giveUp('crash'));
      await endProcess(process, this.#clock, 0);
    }
    this.#log.died(process, describeEnd(process, left));
  }

  #retire(reason: RetirementReason): void {
    const kept = this.#kept;
    if (this.#state !== 'up' || kept === undefined) return;
    if (this.#watch.usedElsewhere(this.#use.othersUsedAgoMs())) return;
    if (!kept.isAlone(false)) {
      this.#watch.postpone();
      return;
    }
    this.#log.retired(kept.process.pid, reason);
    this.#transition = this.#end(kept, 'retirement');
  }

  #restart(): void {
    const kept = this.#kept;
    if (this.#state !== 'up' || kept === undefined) return;
    this.#score.died(this.#clock.now());
    this.#log.unresponsive(kept.process);
    this.#transition = this.#end(kept, 'crash');
  }

  async #stopForGood(): Promise<void> {
    this.#stop.abort();
    this.#cancelForgiving?.();
    this.#waiters.answer({ up: false, refusal: 'stopping' });
    while (this.#state === 'starting' || this.#state === 'retiring') await this.#transition;
    if (this.#kept !== undefined) await this.#dismiss(this.#kept, 'stop');
    this.#use.close();
    this.#become('down');
  }

  async #dismiss(kept: KeptDaemon, reason: 'asked' | 'stop'): Promise<void> {
    this.#become('retiring');
    await kept.dismiss();
    this.#log.retired(kept.process.pid, reason);
    await this.#end(kept, 'retirement');
  }

  async #end(kept: KeptDaemon, cause: EndCause): Promise<void> {
    this.#become('retiring');
    this.#unwatch();
    this.#gone(await kept.end(cause));
  }

  #unwatch(): void {
    this.#watch.end();
    this.#suspicion.clear();
  }

  #gone(held: HeldAddress | undefined): void {
    this.#kept = undefined;
    this.#held = held;
    this.#rest();
  }

  #isWanted(queue: ActivationSocket): boolean {
    if (this.#stop.signal.aborted || this.#score.refuses(this.#clock.now())) return false;
    return this.#waiters.size > 0 || this.#use.inUse || queue.hasQueue;
  }

  /** There is no daemon now. `refusal` answers those who wait for one; without it another start is theirs. */
  #rest(refusal?: DaemonRefusal): void {
    const stopping = this.#stop.signal.aborted;
    const waitMs = stopping ? 0 : this.#score.waitMs(this.#clock.now());
    if (waitMs > 0) {
      this.#become('failing');
      this.#log.storm(waitMs);
      this.#cancelForgiving = this.#clock.after(waitMs, () => this.#become('down'));
      this.#waiters.answer({ up: false, refusal: refusal ?? 'start-storm' });
      return;
    }
    this.#become('down');
    if (refusal !== undefined) this.#waiters.answer({ up: false, refusal });
    else if (this.#waiters.size > 0 || this.#held !== undefined) this.#transition = this.#start();
  }

  /** It is gone; unless another way has been found meanwhile. */
  #replaceAdopted(): void {
    if (this.#state !== 'up' || this.#kept !== undefined || this.#stop.signal.aborted) return;
    this.#transition = this.#start();
  }

  #become(state: DaemonState): void {
    const before = this.#state;
    if (before === state) return;
    this.#state = state;
    this.#options.observer.stateChanged(state, before);
  }
}

function refuse(refusal: DaemonRefusal): Promise<Ensured> {
  return Promise.resolve({ up: false, refusal });
}
