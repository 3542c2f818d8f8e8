import { closeSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { signalGroup } from '../system/process-group.ts';
import { restoreLimits } from '../system/restore-limits.ts';
import { ControlStream } from './control-stream.ts';
import type { DescriptorSender } from './descriptor-sender.ts';
import type { PollSet } from './poll-set.ts';
import { openSocketPair } from './socket-pair.ts';
import {
  CONTROL_VARIABLE,
  DESCRIPTORS_VARIABLE,
  type EventLine,
  type ParentLine,
  type WorkerLine,
} from './worker-protocol.ts';

const CONTROL = 3;
const DESCRIPTORS = 4;
const STANDARD_ERROR = 2;

export interface WorkerLaunch {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly polls: PollSet;
  readonly clock: Clock;
  readonly sender: DescriptorSender;
  readonly line: (line: WorkerLine) => void;
  readonly breached: (found: string) => void;
  /** Once; after it nothing is said any more. */
  readonly ended: (code: number | null, signal: string | null) => void;
}

/** A worker that is handed its connections: the leader of a session of its own, which ends when it does. */
export class WorkerProcess {
  readonly #launch: WorkerLaunch;
  readonly #child: Bun.Subprocess;
  readonly #control: ControlStream;
  readonly #descriptors: number;
  #ended = false;

  /** Throws where it cannot be started. */
  constructor(launch: WorkerLaunch) {
    this.#launch = launch;
    const { command, environment, polls, clock } = launch;
    const [control, theirControl] = openSocketPair();
    let descriptors = -1;
    let theirDescriptors = -1;
    try {
      [descriptors, theirDescriptors] = openSocketPair();
      this.#child = Bun.spawn([...command], {
        env: {
          ...environment,
          [CONTROL_VARIABLE]: String(CONTROL),
          [DESCRIPTORS_VARIABLE]: String(DESCRIPTORS),
        },
        stdio: ['ignore', STANDARD_ERROR, STANDARD_ERROR, theirControl, theirDescriptors],
        detached: true,
        onExit: (_, code, signal) => this.#end(code, signal),
      });
    } catch (error) {
      closeSync(control);
      if (descriptors >= 0) closeSync(descriptors);
      throw error;
    } finally {
      closeSync(theirControl);
      if (theirDescriptors >= 0) closeSync(theirDescriptors);
    }
    restoreLimits(this.#child.pid);
    this.#descriptors = descriptors;
    this.#control = new ControlStream(control, polls, clock, launch);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The descriptor goes first, then the line that says so. False where the worker is gone. */
  handOver(descriptor: number, id: number): boolean {
    if (this.#ended || !this.#launch.sender.send(this.#descriptors, descriptor)) return false;
    return this.#control.say({ say: 'connection', id });
  }

  stop(): void {
    this.#say({ say: 'stop' });
  }

  publish(event: EventLine): void {
    this.#say(event);
  }

  /** With all that it started. */
  kill(): void {
    if (!this.#ended) signalGroup(this.#child.pid, 'SIGKILL');
  }

  #say(line: ParentLine): void {
    if (!this.#ended) this.#control.say(line);
  }

  #end(code: number | null, signal: string | number | null): void {
    if (this.#ended) return;
    // What it has started may hold its connection open, and its visitor would wait.
    signalGroup(this.#child.pid, 'SIGKILL');
    this.#control.close();
    this.#ended = true;
    closeSync(this.#descriptors);
    this.#launch.ended(code, signal === null ? null : String(signal));
  }
}
