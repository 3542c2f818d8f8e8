import { afterEach, describe, expect, test } from 'vitest';
import { PhaseTally } from '../../../src/lab/flood/phase-tally.ts';
import { runFlood } from '../../../src/lab/flood/run-flood.ts';
import { sendVisitors } from '../../../src/lab/flood/send-visitors.ts';
import { SystemClock } from '../../../src/system/system-clock.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let servers: Bun.Server<undefined>[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop(true)));
  servers = [];
});

function serve(answer: () => Response): string {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: answer });
  servers.push(server);
  return server.url.href;
}

const PHASES = [
  { name: 'calm', durationMs: 300, rate: 100 },
  { name: 'storm', durationMs: 500, rate: 1000 },
];

async function flood(url: string, admin?: string, isTerminal = false) {
  let text = '';
  const code = await runFlood({
    url,
    admin,
    phases: PHASES,
    write: (more) => {
      text += more;
    },
    isTerminal,
    clock: new SystemClock(),
    random: seededRandom(7),
  });
  const [, heading = '', ...rows] = /^(phase .*)\n(calm .*)\n(storm .*)\n/m.exec(text) ?? [];
  const keys = heading.trim().split(/ +/);
  const cells = rows.map((row) => row.replaceAll(' ms', '').trim().split(/ +/));
  return {
    code,
    text,
    rows: cells.map((row) => Object.fromEntries(keys.map((key, index) => [key, row[index]]))),
  };
}

describe('a flood', () => {
  test('offers what the phases say, gets everybody answered and says so', async () => {
    let requests = 0;
    const url = serve(() => new Response(String(++requests)));
    const { code, rows } = await flood(url);
    expect(code).toBe(0);
    const offered = rows.map((row) => Number(row.offered));
    // One visitor came ahead of all others, to see whether there is an answer.
    expect(offered.reduce((sum, count) => sum + count)).toBe(requests - 1);
    // Four standard deviations of a Poisson count with mean 30, and with mean 500.
    expect(Math.abs((offered[0] ?? 0) - 30)).toBeLessThan(22);
    expect(Math.abs((offered[1] ?? 0) - 500)).toBeLessThan(90);
    for (const row of rows) expect(row).toMatchObject({ exec: '-', forward: '-', shed: '0', failed: '0' });
  });

  test('counts overload pages as answers, and splits the others as the metrics say', async () => {
    let decided = 0;
    const url = serve(() => new Response('', { status: decided++ % 2 === 0 ? 200 : 503 }));
    const admin = serve(() => {
      const lines = ['exec', 'shed'].map((lane) => `spillway_decisions_total{lane="${lane}"} ${decided / 2}`);
      return new Response(`${lines.join('\n')}\nspillway_daemon_state{state="up"} 1\n`);
    });
    const { code, rows, text } = await flood(url, admin);
    expect(code).toBe(0);
    expect(text).toMatch(/^storm .* shed +\d+\/s {2}daemon up$/m);
    for (const row of rows) {
      expect(row.forward).toBe('0');
      expect(Number(row.exec) + Number(row.shed)).toBe(Number(row.offered));
      expect(Math.abs(Number(row.exec) - Number(row.shed))).toBeLessThanOrEqual(1);
    }
  });

  test('fails where the gateway answers that something is broken', async () => {
    let requests = 0;
    const { code, text } = await flood(
      serve(() => new Response('', { status: requests++ === 5 ? 502 : 200 })),
    );
    expect(code).toBe(1);
    expect(text).toMatch(/failed: 1 x status 502\n$/);
  });

  test('on a terminal writes one line again and again', async () => {
    const { text } = await flood(
      serve(() => new Response('ok')),
      undefined,
      true,
    );
    expect(text.replaceAll('\x1b[K', '<erase>')).toMatch(/\rcalm .*<erase>\n\rstorm .*<erase>\rstorm /);
  });

  test('does not begin where nobody answers', async () => {
    const url = serve(() => new Response('ok'));
    await servers[0]?.stop(true);
    await expect(flood(url)).rejects.toMatchObject({ code: 'flood/no-answer' });
  });

  test('does not begin against another machine', async () => {
    await expect(flood('http://192.0.2.1/')).rejects.toMatchObject({ code: 'flood/not-this-machine' });
  });
});

test('visitors come at their time even when nobody is answered', async () => {
  const clock = new VirtualClock();
  const tally = new PhaseTally({ name: 'stalled', durationMs: 1000, rate: 500 });
  const intended: number[] = [];
  const over = sendVisitors((visit) => intended.push(visit.intendedMs), tally, 0, clock, seededRandom(3));
  clock.advance(500);
  const halfway = intended.length;
  clock.advance(500);
  await over;
  expect(Math.abs(halfway - 250)).toBeLessThan(64);
  expect(intended.length).toBe(tally.offered);
  expect(Math.abs(intended.length - 500)).toBeLessThan(90);
});
