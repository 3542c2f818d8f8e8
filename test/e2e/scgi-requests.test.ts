import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from './ask.ts';
import { connectScgi, scgiHead } from './ask-scgi.ts';
import { echoedVariables } from './echoed-variables.ts';
import { RunningSpillway } from './running-spillway.ts';

/** What SCGI and safety ask of what a front server may say, with real programs behind it. */
/** 1.3 MB of an operator's own. */
const large = Array.from({ length: 11 }, (_, at) => `LARGE_${at}: "${'o'.repeat(120_000)}"`).join(', ');

let gateway: RunningSpillway;
let socket: string;

beforeAll(async () => {
  const folder = RunningSpillway.folder();
  socket = join(folder, 'front.sock');
  const script = '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"; echo x >> "$DOCUMENT_ROOT/runs"; env\n';
  writeFileSync(join(folder, 'echo.cgi'), script, { mode: 0o755 });
  gateway = await RunningSpillway.startWhole(
    folder,
    `listen: [ { http: 127.0.0.1:0 }, { scgi: unix:./front.sock } ]
admin: 127.0.0.1:0
log: { format: json }
http: { max_head: 1MiB }
applications:
  large: { at: /large, cgi: { program: ./echo.cgi }, environment: { ${large} } }
  echo: { at: /, cgi: { program: ./echo.cgi } }
`,
  );
});

afterAll(async () => {
  expect(await gateway.stop()).toBe(0);
});

const programRuns = async (): Promise<number> => {
  const file = join(gateway.folder, 'runs');
  return existsSync(file) ? (await Bun.file(file).text()).length / 2 : 0;
};

async function exchange(bytes: string): Promise<string> {
  const client = await connectScgi(socket);
  client.send(bytes);
  const answer = await client.untilOver(15_000);
  client.leave();
  return answer;
}

const netstring = (...parts: string[]): string => {
  const text = parts.map((part) => `${part}\0`).join('');
  return `${text.length}:${text},`;
};
const request = ['REQUEST_METHOD', 'GET', 'REQUEST_URI', '/'];
const whole = ['CONTENT_LENGTH', '0', 'SCGI', '1', ...request];

async function variables(...more: string[]): Promise<ReadonlyMap<string, string>> {
  const answer = await exchange(netstring(...whole, ...more));
  expect(answer).toMatch(/^Status: 200 OK\r\n/);
  return echoedVariables(answer);
}

describe('what a front server says by SCGI', () => {
  test('of the visitor reaches the program: who it is, how it came, and by what right', async () => {
    const said = { REMOTE_ADDR: '192.0.2.1', REMOTE_USER: 'eve', AUTH_TYPE: 'Basic', HTTPS: 'on' };
    const echoed = await variables(...Object.entries(said).flat());
    for (const [name, value] of Object.entries(said)) expect([name, echoed.get(name)]).toEqual([name, value]);
    expect(await programRuns()).toBeGreaterThan(0);
  });

  test('more than once is merged, where it is a field of the visitor', async () => {
    const twice = ['HTTP_X_ONE', '1', 'HTTP_COOKIE', 'a=b', 'HTTP_X_ONE', '2', 'HTTP_COOKIE', 'c=d'];
    const echoed = await variables(...twice);
    expect([echoed.get('HTTP_X_ONE'), echoed.get('HTTP_COOKIE')]).toEqual(['1, 2', 'a=b; c=d']);
  });

  test.each(['HTTP_PROXY', 'HTTP_Proxy', 'http_proxy', 'PATH', 'LD_PRELOAD'])(
    'as %s never reaches the program',
    async (name) => {
      expect([...(await variables(name, 'http://evil/')).values()].join()).not.toContain('evil');
    },
  );

  test('may be over 4 KB of variables, and one of 100 KB', async () => {
    const many = Array.from({ length: 60 }, (_, at) => [`HTTP_X_MANY_${at}`, 'v'.repeat(200)]).flat();
    const echoed = await variables(...many, 'HTTP_X_LARGE', 'x'.repeat(100_000));
    expect([...echoed.keys()].filter((name) => name.startsWith('HTTP_X_MANY_'))).toHaveLength(60);
    expect(echoed.get('HTTP_X_LARGE')).toHaveLength(100_000);
  });

  test.each([
    ['CONTENT_LENGTH twice', netstring(...whole, 'CONTENT_LENGTH', '0'), 400],
    ['SCGI twice', netstring(...whole, 'SCGI', '1'), 400],
    ['no SCGI', netstring('CONTENT_LENGTH', '0', ...request), 400],
    ['no CONTENT_LENGTH', netstring('SCGI', '1', ...request), 400],
    ['CONTENT_LENGTH behind another', netstring('SCGI', '1', 'CONTENT_LENGTH', '0', ...request), 400],
    ['an empty name', netstring(...whole, '', 'x'), 400],
    ['a name without a value', netstring(...whole, 'A'), 400],
    ['no comma at the end', `${netstring(...whole).slice(0, -1)};`, 400],
    ['a length with a zero before it', `0${netstring(...whole)}`, 400],
    ['a length over the bound', '5000000:', 431],
  ])('with %s is refused, and no program is run', async (_what, bytes, status) => {
    const before = await programRuns();
    expect(await exchange(bytes)).toMatch(new RegExp(`^Status: ${status} `));
    expect(await programRuns()).toBe(before);
  });
});

describe("variables that come to more than 2 MiB with the operator's", () => {
  const fields = Array.from({ length: 14 }, (_, at): [string, string] => [
    `X-Many-${at}`,
    'v'.repeat(60_000),
  ]);

  test('are refused with 431 before a program is run, by HTTP as by SCGI', async () => {
    const before = await programRuns();
    const lines = fields.map(([name, value]) => `${name}: ${value}`);
    expect((await ask(gateway.port, ['GET /large HTTP/1.1', ...lines])).status).toBe(431);
    const said = fields.map(([name, value]) => [`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, value]);
    expect(await exchange(scgiHead('/large', 0, Object.fromEntries(said)))).toMatch(/^Status: 431 /);
    expect(await programRuns()).toBe(before);
    await gateway.until(() => gateway.requests().filter(({ status }) => status === 431).length === 2);
    expect(gateway.log.filter(({ event }) => event === 'internal-fault')).toEqual([]);
  });

  test('reach it where they come to less', async () => {
    const lines = fields.slice(0, 8).map(([name, value]) => `${name}: ${value}`);
    const { status, body } = await ask(gateway.port, ['GET /large HTTP/1.1', ...lines]);
    expect(status).toBe(200);
    expect(body.length).toBeGreaterThan(11 * 120_000 + 8 * 60_000);
  });
});
