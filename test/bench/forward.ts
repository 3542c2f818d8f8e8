import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ForwardBackend } from '../../src/backend/forward-backend.ts';
import { SystemClock } from '../../src/system/system-clock.ts';
import { viewOf } from '../support/view-of.ts';

/**
 * Microseconds of our processor for a trivial request through ForwardBackend to a daemon in another process, beside a
 * bare connection that writes the same bytes and takes the answer. The median of several rounds.
 */
const rounds = 7;
const runsPerRound = 10_000;
const atOnce = 32;

const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
const path = join(folder, 'socket');
const answer =
  'Status: 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: 13\\r\\n\\r\\nHello, world!';
const daemon = Bun.spawn(
  [
    process.execPath,
    '-e',
    `const answer = Buffer.from('${answer}');
     Bun.listen({ unix: '${path}', socket: { data(socket) { socket.write(answer); socket.end(); } } });
     console.log('ready');`,
  ],
  { stdout: 'pipe' },
);
await daemon.stdout.getReader().read();

const view = viewOf({
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
});
const backend = new ForwardBackend({
  address: { kind: 'unix', path },
  connectTimeoutMs: 1000,
  timeoutMs: 10_000,
  maxHeadBytes: 65536,
  clock: new SystemClock(),
  onFault: () => {},
});

async function measure(what: string, one: (done: () => void) => void): Promise<void> {
  const costs: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const began = performance.now();
    const before = process.cpuUsage();
    await new Promise<void>((resolve) => {
      let begun = 0;
      let ended = 0;
      const next = (): void => {
        ended += 1;
        if (ended === runsPerRound) resolve();
        else if (begun < runsPerRound) begin();
      };
      const begin = (): void => {
        begun += 1;
        one(next);
      };
      for (let place = 0; place < atOnce; place += 1) begin();
    });
    const { user, system } = process.cpuUsage(before);
    // The first round warms up.
    if (round === 0) continue;
    costs.push((user + system) / runsPerRound);
    rates.push(runsPerRound / ((performance.now() - began) / 1000));
  }
  const middle = (numbers: number[]): string => numbers.sort((a, b) => a - b)[rounds >> 1]?.toFixed(1) ?? '';
  process.stdout.write(
    `${what}: ${middle(costs)} microseconds of our processor each, ${middle(rates)} a second\n`,
  );
}

const bytes = new Uint8Array(430).fill(0x61);
const bare = {
  open(socket: { write(data: Uint8Array): number }) {
    socket.write(bytes);
  },
  data() {},
  close(socket: { data: () => void }) {
    socket.data();
  },
  error() {},
  drain() {},
};
for (let turn = 0; turn < 2; turn += 1) {
  await measure('bare connection', (done) => {
    Bun.connect({ unix: path, data: done, socket: bare }).catch(() => {});
  });
  await measure('ForwardBackend', (done) => {
    backend.run(
      { id: 'b', view, body: undefined },
      {
        head() {},
        data: () => true,
        end() {},
        failed: (failure) => process.exit(failure.length),
        released: done,
      },
    );
  });
}
daemon.kill();
await daemon.exited;
rmSync(folder, { recursive: true });
