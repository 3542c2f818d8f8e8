import { resolve } from 'node:path';
import { runApplication } from '../app/run-application.ts';
import type { AppOptions } from '../app/surroundings.ts';
import { Fault } from '../core/fault.ts';

/** `spillway app FILE`: runs an application as its surroundings ask for. */
export async function app(file: string, options: AppOptions): Promise<void> {
  try {
    await runApplication(resolve(file), options);
  } catch (error) {
    // What the module threw is its author's to mend: where it did is what helps.
    if (error instanceof Fault && error.code === 'app/not-loaded' && error.cause instanceof Error)
      process.stderr.write(`${error.cause.stack ?? ''}\n`);
    throw error;
  }
}
