import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { peer } from '../support/peer.ts';
import { RunningSpillway } from './running-spillway.ts';

const python = peer('Python', 'python3');

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

const typescript = `export default {
  async fetch(request: Request): Promise<Response> {
    const body = (await request.text()).length;
    return Response.json({ path: new URL(request.url).pathname, body, word: process.env.WORD, pid: process.pid });
  },
};
`;

const wsgi = `import json, os
def application(environ, start_response):
    body = len(environ['wsgi.input'].read())
    start_response('200 OK', [('Content-Type', 'application/json')])
    answer = {'path': environ['SCRIPT_NAME'] + environ['PATH_INFO'], 'body': body, 'word': os.environ.get('WORD'), 'pid': os.getpid()}
    return [json.dumps(answer).encode()]
`;

async function start(what: string, lane: 'exec' | 'forward', more = ''): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  writeFileSync(join(folder, 'wiki.ts'), typescript);
  writeFileSync(join(folder, 'wiki.py'), wsgi);
  gateway = await RunningSpillway.start(
    folder,
    `applications:
  wiki:
    at: /wiki
    ${what}
    environment: { WORD: hello }
    policies: [ fixed: { lane: ${lane} } ]
${more}`,
  );
  return gateway;
}

interface Said {
  readonly path: string;
  readonly body: number;
  readonly word: string;
  readonly pid: number;
}

const ask = async (running: RunningSpillway, body: string): Promise<Said> =>
  (await (await fetch(`${running.address}/wiki/page`, { method: 'POST', body })).json()) as Said;

const daemons = (running: RunningSpillway): number =>
  running.log.filter(({ event }) => event === 'daemon-started').length;

describe.each([
  ['app: ./wiki.ts', true],
  ['wsgi: "wiki:application"', python.available],
] as const)('%s', (what, available) => {
  test.skipIf(!available)('is a program for each request in the exec lane', async () => {
    const running = await start(what, 'exec');
    const first = await ask(running, 'x'.repeat(100_000));
    const second = await ask(running, '');
    expect(first).toMatchObject({ path: '/wiki/page', body: 100_000, word: 'hello' });
    expect(second.pid).not.toBe(first.pid);
    expect(daemons(running)).toBe(0);
    expect(existsSync(join(running.folder, '.wiki.sock'))).toBe(false);
  });

  test.skipIf(!available)('is a daemon with workers in the forward lane', async () => {
    const running = await start(what, 'forward', '    workers: 2\n');
    const first = await ask(running, 'x'.repeat(100_000));
    const second = await ask(running, '');
    expect(first).toMatchObject({ path: '/wiki/page', body: 100_000, word: 'hello' });
    expect(second.pid).toBe(first.pid);
    await running.until(() => daemons(running) === 1);
    expect(existsSync(join(running.folder, '.wiki.sock'))).toBe(true);
  });

  test.skipIf(!available)('has workers that accept themselves, where the operator wants it so', async () => {
    const running = await start(what, 'forward', '    workers: { max: 1, accept: worker }\n');
    const first = await ask(running, 'x'.repeat(100_000));
    const second = await ask(running, '');
    expect(first).toMatchObject({ path: '/wiki/page', body: 100_000, word: 'hello' });
    expect(second.pid).toBe(first.pid);
    expect(readFileSync(`/proc/${first.pid}/environ`, 'latin1')).toContain('LISTEN_FDS=1\0');
  });
});

test('a module that cannot be loaded is an error of that request, and the log says why', async () => {
  const running = await start('app: ./wiki.ts', 'exec');
  writeFileSync(join(running.folder, 'wiki.ts'), 'throw new Error("not today");');
  const response = await fetch(`${running.address}/wiki`);
  expect(response.status).toBe(500);
  await running.until(() => JSON.stringify(running.log).includes('not today'));
});
