import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runCommand } from './run-command.ts';

const bin = resolve(import.meta.dirname, '../../bin/spillway');

export interface MadeFrontend {
  /** The CGI program. */
  readonly path: string;
  readonly state: string;
}

/** Makes the frontend of the only application of `configuration` (YAML without `listen`) as an operator does, in `folder`. */
export async function makeFrontend(
  folder: string,
  configuration: string,
  { launcher = false, name = 'wiki' }: { launcher?: boolean; name?: string } = {},
): Promise<MadeFrontend> {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `listen: [ { http: 127.0.0.1:0 } ]\n${configuration}`);
  const path = join(folder, `${name}.cgi`);
  const state = join(folder, `${name}.state`);
  const options = launcher ? [] : ['--no-launcher'];
  const { code, output } = await runCommand(bin, [
    'frontend',
    file,
    '--output',
    path,
    '--state',
    state,
    '--executable',
    join(folder, 'spillway-frontend'),
    ...options,
  ]);
  if (code !== 0) throw new Error(`spillway frontend: ${output}`);
  return { path, state };
}
