import { statSync, writeSync } from 'node:fs';
import { Fault } from '../core/fault.ts';
import { groupRuns } from '../system/group-runs.ts';
import { closeDescriptor, openPipe, type Pipe } from '../system/pipe.ts';
import { signalGroup } from '../system/process-group.ts';
import { restoreLimits } from '../system/restore-limits.ts';
import type { DaemonLaunch, DaemonProcess, ProcessEnd } from './daemon-process.ts';
import { gatedCommand } from './gated-command.ts';
import { LastWords } from './last-words.ts';
import { LineSplitter } from './line-splitter.ts';

/** The third descriptor of a process, or the fourth beside a listening socket. */
const GATE = 3;

/**
 * Starts a process in a session and group of its own, standard input empty or a listening socket, both outputs in one pipe that is always
 * drained. It inherits no other descriptor but, where there is a socket, that as descriptor 3, and the usual limit of them. Throws a Fault
 * where it cannot be run.
 */
export function launchProcess(launch: DaemonLaunch): DaemonProcess {
  // The runtime blames the program for a directory that does not exist.
  if (statSync(launch.directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new Fault('daemon/no-directory', 'expected the directory of the daemon, found none', {
      file: launch.directory,
    });
  }
  const { socket } = launch;
  const pipe = openPipe();
  const gate = openGate(pipe);
  let child: Bun.Subprocess;
  try {
    const { cmd, env } = gatedCommand(launch, socket === undefined ? GATE : GATE + 1);
    child = Bun.spawn(cmd, {
      cwd: launch.directory,
      env,
      stdio: [
        socket ?? 'ignore',
        pipe.write,
        pipe.write,
        ...(socket === undefined ? [] : [socket]),
        gate.read,
      ],
      detached: true,
    });
  } catch (error) {
    closeDescriptor(pipe.read);
    closeDescriptor(gate.write);
    throw new Fault(
      'daemon/not-started',
      `expected a command that can be run, found ${error instanceof Error ? error.message : String(error)}`,
      undefined,
      error,
    );
  } finally {
    closeDescriptor(pipe.write);
    closeDescriptor(gate.read);
  }
  restoreLimits(child.pid);
  return new LaunchedProcess(child, pipe.read, gate.write, launch.line);
}

function openGate(opened: Pipe): Pipe {
  try {
    return openPipe();
  } catch (error) {
    closeDescriptor(opened.read);
    closeDescriptor(opened.write);
    throw error;
  }
}

const openOutput = (descriptor: number) => Bun.file(descriptor).stream().getReader();

type Reader = ReturnType<typeof openOutput>;

class LaunchedProcess implements DaemonProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly drained: Promise<void>;
  #end: ProcessEnd | undefined;
  readonly #child: Bun.Subprocess;
  readonly #words = new LastWords();
  readonly #reader: Reader;
  /** Where the process waits for a line. */
  #gate: number | undefined;

  constructor(child: Bun.Subprocess, output: number, gate: number, line: (line: string) => void) {
    this.#child = child;
    this.#gate = gate;
    this.#reader = openOutput(output);
    this.ended = child.exited.then(() => {
      const end = { code: child.exitCode ?? undefined, signal: child.signalCode?.toString() };
      this.#end = end;
      return end;
    });
    const lines = new LineSplitter((text) => {
      this.#words.add(text);
      line(text);
    });
    this.drained = drain(this.#reader, lines).finally(() => closeDescriptor(output));
  }

  get pid(): number {
    return this.#child.pid;
  }

  get end(): ProcessEnd | undefined {
    return this.#end;
  }

  lastWords(): string {
    return this.#words.toString();
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#end === undefined) this.#child.kill(signal);
  }

  signalGroup(signal: NodeJS.Signals): boolean {
    return signalGroup(this.pid, signal);
  }

  groupRuns(): boolean {
    return groupRuns(this.pid);
  }

  proceed(): void {
    if (this.#gate === undefined) return;
    try {
      writeSync(this.#gate, '\n');
    } catch {
      // It was killed at once: its end tells that.
    }
    this.#closeGate();
  }

  close(): void {
    this.#closeGate();
    this.#reader.cancel().catch(() => {});
  }

  #closeGate(): void {
    if (this.#gate !== undefined) closeDescriptor(this.#gate);
    this.#gate = undefined;
  }
}

async function drain(reader: Reader, lines: LineSplitter): Promise<void> {
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) lines.write(chunk.value);
  } catch {
    // A pipe that cannot be read says no more; the end of the process is told by the process.
  }
  lines.end();
}
