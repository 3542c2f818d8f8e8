import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import type { RunningSpillway } from './running-spillway.ts';
import { servePrograms } from './serve-programs.ts';

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

/** These tests are about one request at a time, not about the machine's load. */
const fixed = '    policies: [ fixed ]\n';

/** 50 MB of lines that all differ, so that a piece which is lost, doubled or misplaced shows. */
const lines = 50_000_000 / 10;
const first = 100_000_000;
const large = `printf "Content-Type: text/plain\\n\\n"; seq ${first} ${first + lines - 1}`;

/** `count` lines from the first one on. */
function expectedLines(count: number): string {
  let text = '';
  for (let line = 0; line < count; line++) text += `${first + line}\n`;
  return text;
}

function residentBytes(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kibibytes) * 1024;
}

/** Open files whose name is gone. */
function unnamedFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      return target.includes('.spillway-') ? [target] : [];
    } catch {
      return [];
    }
  });
}

async function request(running: RunningSpillway, path: string, paused = true): Promise<RawHttpClient> {
  const client = await RawHttpClient.connect(running.port);
  if (paused) client.pause();
  client.send(`GET ${path} HTTP/1.0\r\nHost: h\r\n\r\n`);
  return client;
}

const inflight = (running: RunningSpillway): Promise<number> =>
  running.metric('spillway_inflight', 'lane="exec"');

describe('an answer of 50 MB for a visitor who does not read', () => {
  test('gives the slot back while the visitor waits, in bounded memory, and arrives whole', async () => {
    gateway = await servePrograms({ large }, { large: fixed });
    const running = gateway;
    // The first request has what a gateway loads once.
    await (await fetch(`${running.address}/large`)).arrayBuffer();
    const before = residentBytes(running.pid);
    const client = await request(running, '/large');
    await running.until(async () => (await inflight(running)) === 1);
    await running.until(async () => (await inflight(running)) === 0);
    expect(client.received).toBe('');
    expect(unnamedFiles(running.pid)).toHaveLength(1);
    expect(residentBytes(running.pid) - before).toBeLessThan(30_000_000);
    client.resume();
    const received = await client.untilOver(20_000);
    const body = received.slice(received.indexOf('\r\n\r\n') + 4);
    expect(body.length).toBe(lines * 10);
    expect(body === expectedLines(lines)).toBe(true);
    client.leave();
    await running.until(() => running.requests().length === 2);
    const [, line] = running.requests();
    expect(line).toMatchObject({ status: 200, result: 'served' });
    await running.until(() => unnamedFiles(running.pid).length === 0);
  }, 60_000);

  test('leaves no file when the visitor goes away in the middle', async () => {
    gateway = await servePrograms({ large }, { large: fixed });
    const running = gateway;
    const client = await request(running, '/large');
    await running.until(() => unnamedFiles(running.pid).length === 1);
    client.leave();
    await running.until(() => unnamedFiles(running.pid).length === 0);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('.spillway-'))).toEqual([]);
    await running.until(async () => (await inflight(running)) === 0);
  });

  test('holds the program back where nothing may be buffered', async () => {
    gateway = await servePrograms(
      { large },
      { large: `${fixed}    buffer: { answer: { memory: 0B, disk: 0B } }\n` },
    );
    const running = gateway;
    const client = await request(running, '/large');
    await running.until(async () => (await inflight(running)) === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await inflight(running)).toBe(1);
    expect(unnamedFiles(running.pid)).toEqual([]);
    client.leave();
    await running.until(async () => (await inflight(running)) === 0);
  });
});
