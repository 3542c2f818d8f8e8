import { afterEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { processesOf } from './processes-of.ts';
import type { RunningSpillway } from './running-spillway.ts';
import { servePrograms } from './serve-programs.ts';

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

const text = 'printf "Content-Type: text/plain\\n\\n"';
const word = `spillway-${process.pid}`;

async function visit(running: RunningSpillway): Promise<RawHttpClient> {
  const client = await RawHttpClient.connect(running.port);
  client.pause();
  client.send('GET /a HTTP/1.1\r\nHost: h\r\n\r\n');
  await running.until(() => processesOf(`yes ${word}`).length === 1);
  return client;
}

const inflight = (running: RunningSpillway): Promise<number> =>
  running.metric('spillway_inflight', 'lane="exec"');

describe('a program that prints for ever', () => {
  const buffer = '    policies: [ fixed ]\n    buffer: { answer: { memory: 100KiB, disk: 5MiB } }\n';

  test('is ended when the visitor leaves', async () => {
    gateway = await servePrograms({ a: `${text}; exec yes ${word}` }, { a: buffer });
    const running = gateway;
    const client = await visit(running);
    client.leave();
    await running.until(() => processesOf(`yes ${word}`).length === 0);
    await running.until(async () => (await inflight(running)) === 0);
  });

  test('waits, when its buffer is full, for the visitor who does not read, and is ended when its time is over', async () => {
    gateway = await servePrograms({ a: `${text}; exec yes ${word}` }, { a: buffer });
    const running = gateway;
    const client = await visit(running);
    await running.until(() => processesOf(`yes ${word}`).length === 0);
    await running.until(async () => (await inflight(running)) === 0);
    client.resume();
    await client.untilOver();
    client.leave();
    await running.until(() => running.requests().length === 1);
    expect(running.requests()[0]).toMatchObject({ failure: 'timeout', result: 'failed' });
  });
});

describe('a program that leaves a child behind in a session of its own', () => {
  test('gives its slot back; the child is left alone, with its output closed', async () => {
    const child = `sleep 17.${process.pid}`;
    gateway = await servePrograms(
      { a: `${text}; setsid ${child} & printf done` },
      { a: '    policies: [ fixed ]\n' },
    );
    const running = gateway;
    expect(await (await fetch(`${running.address}/a`)).text()).toBe('done');
    await running.until(async () => (await inflight(running)) === 0);
    const left = processesOf(child);
    expect(left).toHaveLength(1);
    for (const pid of left) process.kill(Number(pid));
  });
});
