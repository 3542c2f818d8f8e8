import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunningSpillway } from './running-spillway.ts';

/** A gateway with one application in the exec lane for each shell script, at `/` and its name. `more` is YAML, indented for an application. */
export async function servePrograms(
  programs: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
  top = '',
): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  let yaml = `${top}applications:\n`;
  for (const [name, script] of Object.entries(programs)) {
    const file = join(folder, `${name}.cgi`);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    yaml += `  ${name}:\n    at: /${name}\n    cgi: { program: ./${name}.cgi, timeout: 1s }\n${more[name] ?? ''}`;
  }
  return await RunningSpillway.start(folder, yaml);
}
