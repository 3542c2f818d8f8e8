import type { AnswerReceiver, Backend, BackendRequest, BackendRun } from '../core/backend.ts';
import type { ExecOptions } from './exec-options.ts';
import { ExecRun } from './exec-run.ts';
import { execTarget } from './exec-target.ts';
import { ProgramEnvironment } from './program-environment.ts';

/** The exec lane: a process for each request, by the rules of RFC 3875. */
export class ExecBackend implements Backend {
  readonly lane = 'exec';
  readonly #options: ExecOptions;
  readonly #environment: ProgramEnvironment;

  constructor(options: ExecOptions) {
    this.#options = options;
    this.#environment = new ProgramEnvironment(options.environment, options.maxVariableBytes);
  }

  /** The receiver is never called before this has returned. */
  run(request: BackendRequest, receiver: AnswerReceiver): BackendRun {
    const run = new ExecRun(this.#options, execTarget(this.#options, request.view), request, receiver);
    run.start(this.#environment.build(request.view));
    return run;
  }
}
