import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { RunningSpillway } from './running-spillway.ts';

/** Where files of bodies and answers go: a file system of one megabyte. Only root may make one. */
const isRoot = process.getuid?.() === 0;
let disk: string;
let mounted = false;
let gateway: RunningSpillway | undefined;
const usual = process.env.TMPDIR;

beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'spillway-disk-'));
  mounted = isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status === 0;
});

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  if (mounted) spawnSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
  expect(code).toBe(0);
});

async function serve(commands: string): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/a'), `#!/bin/sh\n${commands}\n`, { mode: 0o755 });
  // The gateway inherits it; what this process makes stays where it is.
  process.env.TMPDIR = disk;
  try {
    gateway = await RunningSpillway.start(
      folder,
      'applications:\n  a: { at: /, cgi: { program: ./bin/a, timeout: 10s }, policies: [ fixed ] }\n',
    );
  } finally {
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
  }
  return gateway;
}

const text = 'printf "Content-Type: text/plain\\n\\n"';

describe.runIf(isRoot)('on a disk that is full', () => {
  test('a large request body is refused as too much for now, and nothing is left of it', async () => {
    if (!mounted) return expect(mounted, 'this root may not mount').toBe(false);
    const running = await serve(`${text}; wc -c`);
    const large = await fetch(running.address, { method: 'POST', body: Buffer.alloc(3_000_000) });
    expect(large.status).toBe(503);
    expect(Number(large.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(readdirSync(disk)).toEqual([]);
    // Its blocks are free again.
    const fits = await fetch(running.address, { method: 'POST', body: Buffer.alloc(700_000) });
    expect([fits.status, await fits.text()]).toEqual([200, '700000\n']);
    await running.until(() => running.requests().length === 2);
    expect(running.requests()[0]).toMatchObject({ status: 503, failure: 'body_disk' });
  });

  test('a large answer holds the program back instead, and arrives whole', async () => {
    if (!mounted) return expect(mounted, 'this root may not mount').toBe(false);
    const running = await serve(`${text}; seq 1000000 3999999`);
    const client = await RawHttpClient.connect(running.port);
    client.pause();
    client.send('GET / HTTP/1.0\r\nHost: h\r\n\r\n');
    await running.until(async () => (await running.metric('spillway_inflight', 'lane="exec"')) === 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await running.metric('spillway_inflight', 'lane="exec"')).toBe(1);
    client.resume();
    const received = await client.untilOver(15_000);
    client.leave();
    const body = received.slice(received.indexOf('\r\n\r\n') + 4);
    expect(body.length).toBe(24_000_000);
    let expected = '';
    for (let line = 1_000_000; line < 4_000_000; line++) expected += `${line}\n`;
    expect(body === expected).toBe(true);
    expect(readdirSync(disk)).toEqual([]);
  });
});
