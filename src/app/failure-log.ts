import { Fault } from '../core/fault.ts';

/** What failed, and where. */
export interface Failure {
  readonly id: string;
  readonly method: string;
  /** Of the URL: queries may hold secrets. */
  readonly path: string;
  /** `answer`: the visitor got a 500; `body`: the head was out, and the answer was cut. */
  readonly during: 'answer' | 'body';
  readonly error: unknown;
}

export type FailureLog = (failure: Failure) => void;

/** A line of JSON on standard error for each failure: programs' lines end up in the log of the server in front. */
export const logFailure: FailureLog = ({ error, ...failure }) => {
  const line = { level: 'error', event: 'application-failed', ...failure, stack: stackOf(error) };
  process.stderr.write(`${JSON.stringify(line)}\n`);
};

/** What a person wants to know of something thrown: its stack, and those of its causes. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${Bun.inspect(error)}`;
  // A fault says best itself where it is.
  const title = error instanceof Fault ? error.toString() : `${error.name}: ${error.message}`;
  const stack = error.stack ?? '';
  // JavaScriptCore's stacks need not begin with what happened.
  const whole = stack.includes(title) ? stack : `${title}\n${stack}`;
  return error.cause === undefined ? whole : `${whole}\ncaused by: ${stackOf(error.cause)}`;
}
