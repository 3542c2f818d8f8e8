import type {
  DaemonLaunch,
  DaemonLauncher,
  DaemonProcess,
  ProcessEnd,
} from '../../src/daemon/daemon-process.ts';
import type { Probe, Reachability } from '../../src/daemon/reachability.ts';

/** One process that only pretends. It ends on TERM unless it is deaf. */
export class FakeProcess implements DaemonProcess {
  readonly pid: number;
  readonly signals: string[] = [];
  readonly ended: Promise<ProcessEnd>;
  readonly drained: Promise<void>;
  end: ProcessEnd | undefined;
  deaf = false;
  /** Others of its group that outlive the leader, until KILL. */
  others = false;
  words = '';
  proceeded = false;
  readonly #resolve: (end: ProcessEnd) => void;

  constructor(pid: number) {
    this.pid = pid;
    const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
    this.ended = promise;
    this.drained = promise.then(() => {});
    this.#resolve = resolve;
  }

  lastWords(): string {
    return this.words;
  }

  exit(code: number | undefined, signal?: string): void {
    if (this.end !== undefined) return;
    this.end = { code, signal };
    this.#resolve(this.end);
  }

  signal(signal: NodeJS.Signals): void {
    this.signals.push(signal);
    if (!this.deaf) this.exit(undefined, signal);
  }

  signalGroup(signal: NodeJS.Signals): boolean {
    if (!this.groupRuns()) return false;
    this.signals.push(`group ${signal}`);
    if (signal === 'SIGKILL') {
      this.others = false;
      this.exit(undefined, signal);
    }
    return true;
  }

  groupRuns(): boolean {
    return this.end === undefined || this.others;
  }

  proceed(): void {
    this.proceeded = true;
  }

  close(): void {}
}

/** What a test decides about a pretended daemon, in place of processes and sockets. */
export class FakeDaemon {
  readonly processes: FakeProcess[] = [];
  readonly launches: DaemonLaunch[] = [];
  /** What a connection finds; `when up` follows the last process. */
  found: Reachability | 'when up' = 'when up';
  /** Done to each process as it is started. */
  onLaunch: (process: FakeProcess) => void = () => {};
  /** Thrown in place of a start. */
  fault: Error | undefined;

  readonly launcher: DaemonLauncher = (launch) => {
    this.launches.push(launch);
    if (this.fault !== undefined) throw this.fault;
    const process = new FakeProcess(1000 + this.processes.length);
    this.processes.push(process);
    this.onLaunch(process);
    return process;
  };

  readonly probe: Probe = () => {
    if (this.found !== 'when up') return Promise.resolve(this.found);
    return Promise.resolve(this.last !== undefined && this.last.end === undefined ? 'listening' : 'absent');
  };

  get last(): FakeProcess | undefined {
    return this.processes.at(-1);
  }
}
