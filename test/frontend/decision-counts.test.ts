import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DecisionCounts } from '../../src/frontend/decision-counts.ts';
import {
  type DecisionLabels,
  encodeDecisionFileName,
  parseDecisionFileName,
} from '../../src/frontend/decision-file-name.ts';
import { publishDecisions } from '../../src/frontend/publish-decisions.ts';
import { FileLock } from '../../src/system/file-lock.ts';
import { punchHole } from '../../src/system/punch-hole.ts';
import { peer } from '../support/peer.ts';
import { until } from '../support/until.ts';

const fixture = resolve(import.meta.dirname, 'fixtures/counting-frontend.ts');
const isRoot = process.getuid?.() === 0;
/** Of www-data on Debian; any that is not ours will do. */
const OTHER = 33;
const LONG_MS = 60_000;
const MEBIBYTE = 1 << 20;

const busy = { application: 'wiki', lane: 'forward', policy: 'threshold', reason: 'busy' } as const;
const drowning = { application: 'wiki', lane: 'shed', policy: 'threshold', reason: 'overload' } as const;
const elsewhere = { application: 'tracker', lane: 'exec', policy: 'default', reason: 'no_opinion' } as const;

let place: string;
let folder: string;
let textfiles: string;
let counts: DecisionCounts;
let children: ChildProcess[];

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'spillway-counts-'));
  folder = join(place, 'counts');
  textfiles = join(place, 'textfiles');
  mkdirSync(textfiles);
  counts = new DecisionCounts(folder);
  children = [];
});

afterEach(async () => {
  for (const child of children) await end(child);
  rmSync(place, { recursive: true });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await over;
}

interface Counting {
  readonly child: ChildProcess;
  /** How often it said that it has counted. */
  done(): number;
  readonly over: Promise<{ readonly code: number | null; readonly complaints: string }>;
}

function startCounting(...args: string[]): Counting {
  const file = join(place, `said-${children.length}`);
  const said = openSync(file, 'w');
  const child = spawn(process.execPath, [fixture, folder, ...args], { stdio: ['ignore', said, 'pipe'] });
  children.push(child);
  closeSync(said);
  let complaints = '';
  child.stderr?.on('data', (chunk) => (complaints += chunk));
  return {
    child,
    done: () => statSync(file).size,
    over: new Promise((resolve) => child.once('close', (code) => resolve({ code, complaints }))),
  };
}

const total = (labels: DecisionLabels): number =>
  counts.totals().find((one) => encodeDecisionFileName(one.labels) === encodeDecisionFileName(labels))
    ?.total ?? 0;
const publish = (everyMs = 0, nowMs = Date.now()) =>
  publishDecisions({ counts: folder, application: 'wiki', textfile: textfiles, nowMs, everyMs });
const published = (): string => readFileSync(join(textfiles, 'spillway-wiki.prom'), 'utf8');

describe('the name of a series', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);
  const hyphened = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
  const labels = fc.record({
    application: fc.stringMatching(/^[a-z0-9_-]{1,20}$/),
    lane: fc.constantFrom('exec' as const, 'forward' as const, 'shed' as const),
    policy: hyphened,
    reason: word,
  });

  test('gives back the labels that it was made of', () => {
    fc.assert(
      fc.property(labels, (one) => {
        expect(parseDecisionFileName(encodeDecisionFileName(one))).toEqual(one);
      }),
    );
  });

  test('is one name only, and any other is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z,_-]{0,24}$/)), (name) => {
        const parsed = parseDecisionFileName(name);
        if (parsed !== undefined) expect(encodeDecisionFileName(parsed)).toBe(name);
      }),
    );
  });
});

describe('decisions counted in files', () => {
  test('are none before the first', () => expect(counts.totals()).toEqual([]));

  test('add up by application, lane, policy and reason', () => {
    for (const labels of [busy, drowning, busy, elsewhere, busy])
      expect(counts.count(labels)).toBeUndefined();
    expect(counts.totals()).toEqual([
      { labels: elsewhere, total: 1 },
      { labels: busy, total: 3 },
      { labels: drowning, total: 1 },
    ]);
  });

  test('are counted by a byte appended to the file of their series, whoever appends it', () => {
    counts.count(busy);
    const appended = spawn('/bin/sh', ['-c', `printf x >> ${counts.path(busy)}`]);
    children.push(appended);
    return new Promise((done) => appended.once('exit', done)).then(() => expect(total(busy)).toBe(2));
  });

  test('by many processes at once: none is lost, none counts double', async () => {
    const writers = Array.from({ length: 12 }, () => startCounting('500'));
    const ends = await Promise.all(writers.map(({ over }) => over));
    expect(ends).toEqual(ends.map(() => ({ code: 0, complaints: '' })));
    expect(total(busy)).toBe(12 * 500);
  }, 120_000);

  test('survive kills: what was said to be counted is, and of each that was killed at most one more', async () => {
    const writers = Array.from({ length: 8 }, () => startCounting('1000000'));
    await until(() => writers.every(({ done }) => done() > 100), 'all to count', LONG_MS);
    for (const { child } of writers) child.kill('SIGKILL');
    await Promise.all(writers.map(({ over }) => over));
    const said = writers.reduce((sum, { done }) => sum + done(), 0);
    expect(total(busy)).toBeGreaterThanOrEqual(said);
    expect(total(busy)).toBeLessThanOrEqual(said + writers.length);
  }, 120_000);

  test('keep their number when their blocks are given back, also while others count', async () => {
    counts.count(busy);
    writeFileSync(counts.path(busy), Buffer.alloc(3 * MEBIBYTE, 1));
    const writer = startCounting('3000');
    await until(() => writer.done() > 10, 'the other to count', LONG_MS);
    let punched = false;
    do punched = punchHole(counts.path(busy), total(busy));
    while (punched && writer.done() < 3000 && writer.child.exitCode === null);
    await writer.over;
    expect(total(busy)).toBe(3 * MEBIBYTE + 3000);
    expect(punched).toBe(true);
    expect(statSync(counts.path(busy)).blocks * 512).toBeLessThan(MEBIBYTE);
  }, 120_000);

  test('that cannot be counted cost no request: the reason is returned', () => {
    expect(new DecisionCounts('/proc/no/such/place').count(busy)).toMatchObject({ code: 'ENOENT' });
    mkdirSync(counts.path(drowning), { recursive: true });
    expect(counts.count(drowning)).toMatchObject({ code: 'EISDIR' });
    expect(counts.totals()).toEqual([]);
  });

  test('begin anew where something else stands in the place of their folder', () => {
    writeFileSync(folder, 'no folder');
    expect(counts.count(busy)).toBeUndefined();
    expect(total(busy)).toBe(1);
  });
});

describe('the file for the textfile collector', () => {
  test('says what the gateway would say', async () => {
    for (const labels of [busy, drowning, busy, elsewhere]) counts.count(labels);
    expect(await publish()).toBeUndefined();
    expect(published()).toBe(`\
# HELP spillway_decisions_total Decisions, by the policy (or part of the gateway) that made them and its reason.
# TYPE spillway_decisions_total counter
spillway_decisions_total{application="wiki",policy="threshold",lane="forward",reason="busy"} 2
spillway_decisions_total{application="wiki",policy="threshold",lane="shed",reason="overload"} 1
`);
    expect(readdirSync(textfiles)).toEqual(['spillway-wiki.prom']);
    // The node exporter runs as a user of its own.
    expect(statSync(join(textfiles, 'spillway-wiki.prom')).mode & 0o777).toBe(0o644);
  });

  const promtool = peer('promtool', 'promtool');
  test.skipIf(!promtool.available)('is found good by promtool', async () => {
    for (const labels of [busy, drowning]) counts.count(labels);
    await publish();
    const check = Bun.spawnSync([promtool.path, 'check', 'metrics'], { stdin: Buffer.from(published()) });
    expect(check.stderr.toString() + check.stdout.toString()).toBe('');
    expect(check.exitCode).toBe(0);
  });

  test('is written again when it is old enough, and not before', async () => {
    counts.count(busy);
    await publish(10_000);
    counts.count(busy);
    await publish(10_000);
    expect(published()).toContain('reason="busy"} 1\n');
    await publish(10_000, Date.now() + 10_001);
    expect(published()).toContain('reason="busy"} 2\n');
  });

  test('is written in spite of a clock that was set back', async () => {
    counts.count(busy);
    await publish(10_000);
    counts.count(busy);
    await publish(10_000, Date.now() - 3_600_000);
    expect(published()).toContain('reason="busy"} 2\n');
  });

  test('is left to the one that is at it: nobody waits', async () => {
    counts.count(busy);
    const lock = FileLock.try(join(folder, 'publish-wiki.lock'), 'exclusive');
    expect(await publish()).toBeUndefined();
    expect(readdirSync(textfiles)).toEqual([]);
    lock?.release();
    await publish();
    expect(published()).toContain('} 1\n');
  });

  test('is tried once in its time where it cannot be written, and the reason is returned', async () => {
    counts.count(busy);
    rmSync(textfiles, { recursive: true });
    expect(await publish(10_000)).toMatchObject({ code: 'ENOENT' });
    expect(await publish(10_000)).toBeUndefined();
  });

  test('takes the place of what a killed writer left half done', async () => {
    counts.count(busy);
    writeFileSync(join(textfiles, 'spillway-wiki.prom.tmp'), '# HEL', { mode: 0o400 });
    expect(await publish()).toBeUndefined();
    expect(readdirSync(textfiles)).toEqual(['spillway-wiki.prom']);
  });

  test('gives back the blocks of long counts, with or without a collector', async () => {
    for (const textfile of [textfiles, undefined]) {
      counts.count(busy);
      truncateSync(counts.path(busy), 0);
      writeFileSync(counts.path(busy), Buffer.alloc(2 * MEBIBYTE, 1));
      await publishDecisions({
        counts: folder,
        application: 'wiki',
        textfile,
        nowMs: Date.now(),
        everyMs: 0,
      });
      expect(total(busy)).toBe(2 * MEBIBYTE);
      expect(statSync(counts.path(busy)).blocks * 512).toBeLessThan(MEBIBYTE);
    }
  });

  test('never goes back and is never seen half, however many write it at once', async () => {
    const writers = Array.from({ length: 4 }, () => startCounting('150', '', textfiles));
    const ends = Promise.all(writers.map(({ over }) => over));
    let running = true;
    ends.then(() => (running = false));
    const seen: number[] = [];
    while (running) {
      // Not by `Bun.file`, which takes the size of one file for that of the next.
      const file = join(textfiles, 'spillway-wiki.prom');
      if (existsSync(file)) {
        const number = /reason="busy"} (\d+)\n$/.exec(readFileSync(file, 'utf8'))?.[1];
        expect(number).toBeDefined();
        seen.push(Number(number));
      }
      await Bun.sleep(1);
    }
    for (const { code, complaints } of await ends)
      expect({ code, complaints }).toEqual({ code: 0, complaints: '' });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    await publish();
    expect(published()).toContain('} 600\n');
  }, 120_000);
});

describe.skipIf(!isRoot)('decisions of frontends that run as different users', () => {
  test.each([
    ['root counts first', '', String(OTHER)],
    ['the web server counts first', String(OTHER), ''],
  ])('are one count, and published by either side, when %s', async (_, first, second) => {
    chownSync(place, OTHER, OTHER);
    chmodSync(place, 0o770);
    chownSync(textfiles, OTHER, OTHER);
    chmodSync(textfiles, 0o770);
    for (const user of [first, second, first]) {
      expect(await startCounting('20', user, textfiles).over).toEqual({ code: 0, complaints: '' });
    }
    expect(total(busy)).toBe(60);
    expect(published()).toContain('} 60\n');
    expect(statSync(counts.path(busy))).toMatchObject({ uid: OTHER, gid: OTHER });
    expect(statSync(counts.path(busy)).mode & 0o777).toBe(0o660);
  });
});
