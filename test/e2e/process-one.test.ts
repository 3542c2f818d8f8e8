import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { zombiesOf } from '../soak/process-facts.ts';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';
import { childOf, mayUnshare, numberedInside, unshare } from './own-namespace.ts';
import { RunningSpillway } from './running-spillway.ts';

const daemon = join(import.meta.dirname, 'fixtures/echo-daemon.ts');
/** Ends when the file `go` is there. */
const untilGo = 'cd "$DOCUMENT_ROOT"; while [ ! -e go ]; do sleep 0.02; done; printf done';
const asProcessOne = ['--pid', '--fork', '--mount-proc', '--kill-child'];

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await stop(gateway);
  gateway = undefined;
  expect(code).toBe(0);
});

/** By TERM to process 1 itself, as `docker stop` does; `unshare` ends with its exit code. */
async function stop(running: RunningSpillway): Promise<number | null> {
  const { pid } = running;
  if (existsSync(`/proc/${pid}`)) process.kill(childOf(pid), 'SIGTERM');
  await until(() => !existsSync(`/proc/${pid}`), 'the end of process 1', 15_000);
  return await running.stop();
}

/** Blocks the event loop, once the file `may-spin` is there, until `stop-spinning` is: not when it is tried before it comes into force. */
const spinningPolicy = (folder: string): string => `import { existsSync, writeFileSync } from 'node:fs';
export default { name: 'spins', when: 'in this test', source: 'this test', parameters: {}, signals: [], reasons: ['closed'],
  create: () => ({ arrive() {
    if (!existsSync('${folder}/may-spin')) return undefined;
    writeFileSync('${folder}/spinning', '');
    while (!existsSync('${folder}/stop-spinning'));
    return { shed: 'closed', retryAfterMs: 1000 };
  } }) };
`;

async function serveAlone(scripts: Readonly<Record<string, string>>): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  let yaml = 'applications:\n';
  for (const [name, script] of Object.entries(scripts)) {
    const text = `#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\n${script}\n`;
    writeFileSync(join(folder, `${name}.cgi`), text, { mode: 0o755 });
    yaml += `  ${name}: { at: /${name}, cgi: { program: ./${name}.cgi } }\n`;
  }
  yaml += `  echo: { at: /echo, scgi: { address: unix:./echo.sock, daemon: { command: [${process.execPath}, ${daemon}, ./echo.sock, ./starts] } } }\n`;
  writeFileSync(join(folder, 'spins.ts'), spinningPolicy(folder));
  yaml += `  spin: { at: /spin, cgi: { program: ./${Object.keys(scripts)[0]}.cgi }, policies: [ ./spins.ts ] }\n`;
  const running = await RunningSpillway.start(folder, yaml, { launcher: [unshare.path, ...asProcessOne] });
  gateway = running;
  return running;
}

const body = async (running: RunningSpillway, path: string): Promise<string> =>
  (await ask(running.port, [`GET ${path} HTTP/1.1`], '', 15_000)).body;

describe.skipIf(!mayUnshare(...asProcessOne))(
  'as process 1 of a container (needs root and `unshare --pid`)',
  () => {
    test('the gateway collects the orphans of its programs, in their group or out of it: no zombie stays', async () => {
      const running = await serveAlone({
        parent: 'echo "$PPID"',
        leaver: 'sleep 0.01 & setsid sleep 0.01 & printf done',
      });
      expect(await body(running, '/parent')).toBe('1\n');
      const itself = childOf(running.pid);
      for (let turn = 0; turn < 3; turn++) {
        const answers = await Promise.all(Array.from({ length: 5 }, () => body(running, '/leaver')));
        expect(answers).toEqual(Array(5).fill('done'));
        await running.until(() => zombiesOf(itself).length > 0);
      }
      await running.until(() => zombiesOf(itself).length === 0);
    });

    test('it leaves the exit statuses of its own programs and daemons to those who wait for them', async () => {
      // Only its status says that the answer, which has no length, is not whole.
      const running = await serveAlone({ slow: `${untilGo}; kill -KILL $$` });
      const pid = await body(running, '/echo/pid');
      const itself = childOf(running.pid);
      const underway = Array.from({ length: 4 }, () => body(running, '/slow'));
      await running.until(async () => (await running.metric('spillway_inflight')) === 4);
      // The event loop stands still while they end: the first that it sees of it may be the time for a collection.
      writeFileSync(join(running.folder, 'may-spin'), '');
      const spinning = body(running, '/spin');
      await until(() => existsSync(join(running.folder, 'spinning')), 'the policy at work', 10_000);
      writeFileSync(join(running.folder, 'go'), '');
      await until(() => zombiesOf(itself).length === 4, 'four programs that nobody has waited for', 10_000);
      await Bun.sleep(1500);
      writeFileSync(join(running.folder, 'stop-spinning'), '');
      await spinning;
      await Promise.all(underway);
      await running.until(
        () => running.requests().filter(({ application }) => application === 'slow').length === 4,
      );
      expect(await running.metric('spillway_failures_total', 'application="slow"')).toBe(4);
      await running.until(async () => (await running.metric('spillway_inflight')) === 0);
      process.kill(numberedInside(itself, Number(pid)), 'SIGKILL');
      await running.until(() => running.log.some(({ event }) => event === 'daemon-died'));
      expect(await body(running, '/echo/pid')).not.toBe(pid);
      await running.until(() => zombiesOf(itself).length === 0);
    });

    test('TERM stops it: what is under way is finished, its daemon is stopped, it ends with 0', async () => {
      const running = await serveAlone({ slow: untilGo });
      await body(running, '/echo/pid');
      const client = await RawHttpClient.connect(running.port);
      client.send('GET /slow HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
      await running.until(
        async () => (await running.metric('spillway_inflight', 'application="slow"')) === 1,
      );
      process.kill(childOf(running.pid), 'SIGTERM');
      await running.until(() => running.log.some(({ event }) => event === 'stopping'));
      writeFileSync(join(running.folder, 'go'), '');
      await client.untilOver(15_000);
      await until(() => !existsSync(`/proc/${running.pid}`), 'the end of process 1', 15_000);
      expect(client.received).toMatch(/^HTTP\/1.1 200 .*done/s);
      client.leave();
      const events = running.log.map(({ event }) => event);
      expect(events.indexOf('daemon-retired')).toBeGreaterThan(events.indexOf('stopping'));
      expect(events.at(-1)).toBe('stopped');
    });
  },
);
