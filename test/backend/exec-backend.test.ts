import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExecBackend } from '../../src/backend/exec-backend.ts';
import { SystemClock } from '../../src/system/system-clock.ts';
import { type BackendUnderTest, backendContract } from './backend-contract.ts';

async function bunProgram(): Promise<BackendUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'spillway-exec-'));
  const program = join(directory, 'program');
  const fixture = new URL('./fixtures/cgi-program.ts', import.meta.url).pathname;
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${fixture}'\n`, { mode: 0o755 });
  const options = {
    program,
    directory,
    environment: {},
    timeoutMs: 5000,
    killGraceMs: 300,
    maxHeadBytes: 65536,
    standardError: { maxLineBytes: 4096, maxBytes: 65536 },
    clock: new SystemClock(),
    onStandardError: () => {},
    onFault: () => {},
  };
  return {
    backend: new ExecBackend(options),
    hasty: new ExecBackend({ ...options, timeoutMs: 300 }),
    async stop() {
      rmSync(directory, { recursive: true });
    },
  };
}

backendContract('exec', bunProgram, 'no-head');
