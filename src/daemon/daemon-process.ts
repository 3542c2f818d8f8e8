/** How a process ended: by itself with a code, or by a signal. */
export interface ProcessEnd {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** One process that a keeper started: the leader of its own session and process group. */
export interface DaemonProcess {
  readonly pid: number;
  /** Nothing while it runs. */
  readonly end: ProcessEnd | undefined;
  /** Resolves, at once, when the leader ends; others of its group may go on. */
  readonly ended: Promise<ProcessEnd>;
  /** Resolves when all that it wrote has been read. */
  readonly drained: Promise<void>;
  /** Lets the command run: until then the process only waits, and ends if we do. To be called once it is known to whoever may come after us. */
  proceed(): void;
  /** The last lines that it wrote. */
  lastWords(): string;
  /** Signals the leader alone; harmless when it is gone. */
  signal(signal: NodeJS.Signals): void;
  /** Signals every process of the group; false where there is none. */
  signalGroup(signal: NodeJS.Signals): boolean;
  /** Whether any process of the group runs, the leader or another. */
  groupRuns(): boolean;
  /** Reads no more of its output: for when the group is gone but a stray holds the pipe. */
  close(): void;
}

export interface DaemonLaunch {
  readonly command: readonly string[];
  readonly directory: string;
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Descriptor of a listening socket to hand over: as standard input, and as the first of sd_listen_fds(3). */
  readonly socket?: number;
  /** Told of every line on standard output or error; long lines come in pieces. */
  readonly line: (line: string) => void;
}

/** Starts a process. Throws a Fault where the command cannot be run. */
export type DaemonLauncher = (launch: DaemonLaunch) => DaemonProcess;
