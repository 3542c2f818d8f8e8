import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExecBackend } from '../../src/backend/exec-backend.ts';
import type { Body } from '../../src/core/body.ts';
import { spoolBody } from '../../src/spool/body-spool.ts';
import { SystemClock } from '../../src/system/system-clock.ts';
import { viewOf } from '../support/view-of.ts';

/**
 * Trivial CGI programs a second: a bare loop of the runtime's spawn with nothing read, and ExecBackend; then ExecBackend
 * with bodies in memory and in files. The median of several rounds. What a static C program is given as the first
 * argument runs instead of a shell script.
 */
const rounds = 5;
const runsPerRound = 600;
const atOnce = 4;

const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
let program = process.argv[2] ?? '';
if (program === '') {
  program = join(folder, 'hello');
  writeFileSync(program, "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nhello'\n", { mode: 0o755 });
}

const variables = {
  GATEWAY_INTERFACE: 'CGI/1.1',
  QUERY_STRING: '',
  REMOTE_ADDR: '127.0.0.1',
  REQUEST_METHOD: 'GET',
  SCRIPT_NAME: '/hello',
  SERVER_NAME: 'localhost',
  SERVER_PORT: '80',
  SERVER_PROTOCOL: 'HTTP/1.1',
  HTTP_ACCEPT: 'text/html,application/xhtml+xml,*/*;q=0.8',
  HTTP_COOKIE: 'session=5f0c2b6f0f1e4c6f9d1f; theme=dark',
  HTTP_USER_AGENT: 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
};
const view = viewOf(variables);
const backend = new ExecBackend({
  program,
  directory: folder,
  environment: {},
  timeoutMs: 10_000,
  killGraceMs: 1000,
  maxHeadBytes: 65536,
  standardError: { maxLineBytes: 4096, maxBytes: 65536 },
  clock: new SystemClock(),
  onStandardError: () => {},
  onFault: () => {},
});

function run(body?: Body): Promise<void> {
  return new Promise((resolve, reject) => {
    backend.run(
      { id: 'b', view, body },
      {
        head() {},
        data: () => true,
        end() {},
        failed: (failure) => reject(new Error(failure)),
        released: resolve,
      },
    );
  });
}

function spooled(bytes: Uint8Array, memoryBytes: number): Promise<Body> {
  const source = {
    length: bytes.length,
    open(sink: { write(chunk: Uint8Array): boolean; end(): void }) {
      sink.write(bytes);
      sink.end();
    },
    resume() {},
  };
  return new Promise((resolve, reject) => {
    spoolBody(source, { maxBytes: 1e9, memoryBytes, folder }, (result) => {
      if (typeof result === 'string') reject(new Error(result));
      else resolve(result);
    });
  });
}

async function measure(what: string, one: () => Promise<void>): Promise<void> {
  const rates: number[] = [];
  const costs: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    let left = runsPerRound;
    const began = performance.now();
    const before = process.cpuUsage();
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (left-- > 0) await one();
      }),
    );
    const { user, system } = process.cpuUsage(before);
    // The first round warms up.
    if (round === 0) continue;
    rates.push(runsPerRound / ((performance.now() - began) / 1000));
    costs.push((user + system) / runsPerRound);
  }
  const middle = (numbers: number[]): string => numbers.sort((a, b) => a - b)[rounds >> 1]?.toFixed(0) ?? '';
  process.stdout.write(
    `${what}: ${middle(rates)} a second, ${middle(costs)} microseconds of our processor each\n`,
  );
}

const nowhere = openSync('/dev/null', 'w');
await measure('bare spawn, nothing read', async () => {
  await Bun.spawn([program], {
    env: variables,
    stdin: 'ignore',
    stdout: nowhere,
    stderr: nowhere,
    detached: true,
  }).exited;
});
await measure('ExecBackend', () => run());
for (const size of [1000, 16_384, 65_536, 262_144]) {
  const bytes = new Uint8Array(size);
  await measure(`ExecBackend, body of ${size} in memory`, async () => run(await spooled(bytes, size)));
  await measure(`ExecBackend, body of ${size} in a file`, async () => run(await spooled(bytes, 0)));
}
process.stdout.write(`load average ${readFileSync('/proc/loadavg', 'latin1')}`);
rmSync(folder, { recursive: true });
