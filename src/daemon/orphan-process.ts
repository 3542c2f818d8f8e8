import { groupRuns } from '../system/group-runs.ts';
import { signalGroup } from '../system/process-group.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from '../system/process-identity.ts';
import type { DaemonProcess, ProcessEnd } from './daemon-process.ts';

const ENDED: ProcessEnd = { code: undefined, signal: undefined };

/** A daemon whose keeper was killed: not our child, so that its end must be looked for, and nobody reads what it writes. */
export class OrphanProcess implements DaemonProcess {
  readonly ended = new Promise<ProcessEnd>(() => {});
  readonly drained = Promise.resolve();
  readonly #identity: ProcessIdentity;

  constructor(identity: ProcessIdentity) {
    this.#identity = identity;
  }

  get pid(): number {
    return this.#identity.pid;
  }

  get end(): ProcessEnd | undefined {
    return isRunning(this.#identity) ? undefined : ENDED;
  }

  lastWords(): string {
    return '';
  }

  proceed(): void {}

  signal(signal: NodeJS.Signals): void {
    if (this.end !== undefined) return;
    try {
      process.kill(this.pid, signal);
    } catch {
      // It ended since, or is not ours to signal: then it counts as one that survived.
    }
  }

  signalGroup(signal: NodeJS.Signals): boolean {
    return this.groupRuns() && signalGroup(this.pid, signal);
  }

  /** The kernel gives a number to no other process while a group has it: who has it with another start means that the group is gone. */
  groupRuns(): boolean {
    const leader = identifyProcess(this.pid);
    return (leader === undefined || leader.startTicks === this.#identity.startTicks) && groupRuns(this.pid);
  }

  close(): void {}
}
