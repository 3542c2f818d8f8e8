import type { AnswerReceiver, BackendFailure, BackendRequest, BackendRun } from '../core/backend.ts';
import { Fault } from '../core/fault.ts';
import { hasCode } from '../system/has-code.ts';
import { AnswerAssembly } from './answer-assembly.ts';
import type { ExecOptions } from './exec-options.ts';
import type { ExecTarget } from './exec-target.ts';
import { PipeReader } from './pipe-reader.ts';
import type { EnvironmentFailure, ProgramVariables } from './program-environment.ts';
import { ProgramGroup } from './program-group.ts';
import { type ProgramExit, spawnProgram } from './spawn-program.ts';
import { StandardErrorLines } from './standard-error-lines.ts';
import { startFault } from './start-fault.ts';

/** A pipe that somebody holds open after the program has ended is given up once nothing came for this long. */
const lingerMs = 200;

/**
 * One request that a program answers. Four things end, in any order, and `released` waits for all of them:
 *
 *     answer   answering ─┬─ Content-Length reached, or end of file ───────────► end
 *                         ├─ no head, bad head, broken off, time over ─────────► failed, group terminated
 *                         └─ abandoned ────────────────────────────────────────► silence, group terminated
 *     output   open ─┬─ end of file
 *                    └─ answer failed or abandoned, time over, or the program has ended and a background process holds it: closed by us
 *     program  running ── reaped
 *     group    there ── gone (see ProgramGroup)
 *
 * An end of file by itself does not tell a program that is done from one that was killed in the middle: where no
 * Content-Length does, the answer ends when the program has, or `lingerMs` later.
 */
export class ExecRun implements BackendRun {
  readonly #options: ExecOptions;
  readonly #target: ExecTarget;
  readonly #request: BackendRequest;
  readonly #receiver: AnswerReceiver;
  readonly #assembly: AnswerAssembly;
  readonly #errorLines: StandardErrorLines;
  #released = false;
  #output: PipeReader | undefined;
  #errors: PipeReader | undefined;
  #group: ProgramGroup | undefined;
  #exit: ProgramExit | undefined;
  /** The work was ended by us: nobody waits for what it may still say. */
  #cut = false;
  #takeBackTimeout: () => void = () => {};
  #takeBackLinger: () => void = () => {};

  constructor(options: ExecOptions, target: ExecTarget, request: BackendRequest, receiver: AnswerReceiver) {
    this.#options = options;
    this.#target = target;
    this.#request = request;
    this.#receiver = receiver;
    const method = request.view.meta('REQUEST_METHOD');
    this.#assembly = new AnswerAssembly(receiver, method, options.maxHeadBytes, target.nph);
    this.#errorLines = new StandardErrorLines(options.standardError, (line) =>
      options.onStandardError(request.id, line),
    );
  }

  start(environment: ProgramVariables | EnvironmentFailure): void {
    const { body } = this.#request;
    try {
      if (typeof environment === 'string') this.#notStarted(environment);
      else this.#spawn(environment);
    } catch (error) {
      const { program, directory } = this.#target;
      const { onFault } = this.#options;
      if (hasCode(error, 'E2BIG')) this.#notStarted('too-large-for-exec');
      else {
        this.#notStarted('not-started');
        onFault(this.#request.id, startFault(error, program, directory));
      }
    }
    // The program has its own descriptor of it by now.
    if (body?.kind === 'file') body.release();
  }

  resume(): void {
    this.#output?.resume();
  }

  abandon(): void {
    if (this.#released) return;
    this.#assembly.stop();
    this.#cutOff();
  }

  #spawn(environment: ProgramVariables): void {
    const { clock, timeoutMs, step, niceness = 0 } = this.#options;
    const { command, directory } = this.#target;
    const { body } = this.#request;
    const spawned = spawnProgram(command, directory, environment, body, step, niceness, (exit) =>
      this.#exited(exit),
    );
    this.#group = new ProgramGroup(spawned.pid, this.#options, (survived) => {
      if (survived) this.#reportSurvivors(spawned.pid);
      this.#releaseIfOver();
    });
    this.#takeBackTimeout = clock.after(timeoutMs, () => this.#failAndCutOff('timeout'));
    this.#output = new PipeReader(spawned.standardOutput, {
      chunk: (bytes) => this.#took(bytes),
      end: () => this.#outputEnded(),
      defect: (thrown) => this.#defect(thrown),
    });
    this.#errors = new PipeReader(spawned.standardError, {
      chunk: (bytes) => {
        this.#errorLines.push(bytes);
        return true;
      },
      end: () => this.#releaseIfOver(),
      defect: (thrown) => this.#defect(thrown),
    });
  }

  /** Told after `run` has returned. */
  #notStarted(failure: BackendFailure): void {
    queueMicrotask(() => {
      this.#assembly.fail(failure);
      this.#releaseIfOver();
    });
  }

  #took(bytes: Uint8Array): boolean {
    if (!this.#assembly.answering) return true;
    const progress = this.#assembly.take(bytes);
    if (progress === 'hold') return false;
    if (progress === 'whole') this.#assembly.end();
    else if (progress !== 'more') this.#failAndCutOff(progress);
    return true;
  }

  #outputEnded(): void {
    if (this.#exit === undefined && this.#assembly.answering && !this.#assembly.framed) {
      this.#takeBackLinger = this.#options.clock.after(lingerMs, () => this.#answerEnded());
    } else this.#answerEnded();
    this.#releaseIfOver();
  }

  /** Nothing more will come of the answer. */
  #answerEnded(): void {
    if (!this.#assembly.answering) return;
    const finish = this.#assembly.finish();
    if (finish !== 'whole') this.#assembly.fail(finish);
    else if (this.#exit !== undefined && 'signal' in this.#exit && !this.#assembly.framed)
      this.#assembly.fail('broken-off');
    else this.#assembly.end();
  }

  #exited(exit: ProgramExit): void {
    this.#exit = exit;
    this.#takeBackLinger();
    if (this.#group?.signalled === false) this.#reportExit(exit);
    if (this.#output?.open === false) this.#answerEnded();
    this.#group?.leaderReaped();
    if (this.#output?.open || this.#errors?.open) this.#linger();
    this.#releaseIfOver();
  }

  #reportExit(exit: ProgramExit): void {
    const found = 'signal' in exit ? exit.signal : `exit status ${exit.code}`;
    if (found === 'exit status 0') return;
    const message = `expected the program to end with exit status 0; found ${found}`;
    this.#options.onFault(
      this.#request.id,
      new Fault('exec/ended-badly', message, { file: this.#target.program }),
    );
  }

  #reportSurvivors(pid: number): void {
    const message = `expected the process group ${pid} to end at KILL; found it there seconds later, perhaps in a system call that does not end: it is left alone, and its place given to others`;
    this.#options.onFault(
      this.#request.id,
      new Fault('exec/not-killed', message, { file: this.#target.program }),
    );
  }

  /** The program has ended, but its output or its standard error is still open: somebody in the background holds it. */
  #linger(): void {
    const output = this.#output?.progress;
    const errors = this.#errors?.progress;
    this.#takeBackLinger = this.#options.clock.after(lingerMs, () => {
      if (this.#output?.open && output !== undefined && output === this.#output.progress) {
        this.#output.close();
        this.#group?.terminate();
        this.#answerEnded();
      }
      // Whoever is left of the group may still have something to log.
      if (this.#group?.gone && (this.#cut || errors === this.#errors?.progress)) this.#errors?.close();
      if (this.#output?.open || this.#errors?.open) this.#linger();
      this.#releaseIfOver();
    });
  }

  #failAndCutOff(failure: BackendFailure): void {
    this.#assembly.fail(failure);
    this.#cutOff();
  }

  #cutOff(): void {
    this.#cut = true;
    this.#output?.close();
    this.#group?.terminate();
    this.#releaseIfOver();
  }

  /** The receiver threw. It is told once more, so that it gives the slot back. */
  #defect(thrown: unknown): void {
    const { onFault } = this.#options;
    const message = `expected the answer to be taken; found ${String(thrown)}`;
    onFault(this.#request.id, new Fault('exec/defect', message, undefined, thrown));
    try {
      this.#failAndCutOff('broken-off');
    } catch {
      // It threw again.
      this.#cutOff();
    }
  }

  #releaseIfOver(): void {
    const started = this.#group !== undefined;
    if (this.#released || this.#assembly.answering || this.#output?.open || this.#errors?.open) return;
    if (started && !(this.#exit !== undefined && this.#group?.gone)) return;
    this.#released = true;
    this.#takeBackTimeout();
    this.#takeBackLinger();
    this.#errorLines.finish();
    this.#receiver.released();
  }
}
