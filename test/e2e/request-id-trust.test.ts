import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { peer } from '../support/peer.ts';
import { mayUnshare, unshare } from './own-namespace.ts';
import { runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

const curl = peer('curl', 'curl');
const ip = peer('iproute2', 'ip');
const nsenter = peer('util-linux', 'nsenter');
const permitted = curl.available && ip.available && mayUnshare('--net');
const here = '192.0.2.7';
const trusted = '192.0.2.8';
const stranger = '192.0.2.9';

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

/** In a network of its own, in which loopback has addresses that are none of this machine's. */
async function serve(): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  const script =
    '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n%s %s" "$UNIQUE_ID" "$HTTP_X_REQUEST_ID"\n';
  writeFileSync(join(folder, 'id.cgi'), script);
  chmodSync(join(folder, 'id.cgi'), 0o755);
  const addresses = [here, trusted, stranger].map((one) => `${ip.path} address add ${one}/32 dev lo`);
  const network = [`${ip.path} link set lo up`, ...addresses].join(' && ');
  gateway = await RunningSpillway.startWhole(
    folder,
    `listen: [ { http: 0.0.0.0:0 } ]
admin: 127.0.0.1:0
log: { format: json }
trusted_proxies: [ ${trusted} ]
applications:
  id: { at: /, cgi: { program: ./id.cgi } }
`,
    { launcher: [unshare.path, '--net', 'sh', '-c', `${network} && exec "$@"`, 'sh'] },
  );
  return gateway;
}

/** What somebody at this address gets who gives the request an id, head and body. */
async function askFrom(running: RunningSpillway, address: string, id: string): Promise<string> {
  const request = ['--silent', '--include', '--max-time', '15', '--interface', address];
  const { code, output } = await runCommand(nsenter.path, [
    `--target=${running.pid}`,
    '--net',
    curl.path,
    ...request,
    '--header',
    `X-Request-Id: ${id}`,
    `http://${address === '127.0.0.1' ? address : here}:${running.port}/`,
  ]);
  expect(code, output).toBe(0);
  return output;
}

describe.skipIf(!permitted)('the id that somebody gives a request (needs root and `unshare --net`)', () => {
  test.each([
    ['among `trusted_proxies`', trusted],
    ['on this machine', '127.0.0.1'],
  ])('counts from a front server %s', async (_who, address) => {
    const running = await serve();
    const answer = await askFrom(running, address, 'front-42');
    expect(answer).toMatch(/\r\nX-Request-Id: front-42\r\n/i);
    expect(answer.endsWith('\r\n\r\nfront-42 front-42')).toBe(true);
    await running.until(() => running.requests().length === 1);
    expect(running.requests()[0]).toMatchObject({ id: 'front-42', remote: address });
  });

  test('counts from nobody else: program, answer and log have one of our own', async () => {
    const running = await serve();
    const answer = await askFrom(running, stranger, 'front-42');
    expect(answer).not.toContain('front-42');
    const [, id = ''] = /\r\nX-Request-Id: ([0-9a-f]{12}-1)\r\n/i.exec(answer) ?? [];
    expect(answer.endsWith(`\r\n\r\n${id} ${id}`)).toBe(true);
    await running.until(() => running.requests().length === 1);
    expect(running.requests()[0]).toMatchObject({ id, remote: stranger });
  });
});
