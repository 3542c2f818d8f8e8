import { fstatSync, mkdtempSync, readdirSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Body } from '../../src/core/body.ts';
import { type SpoolFailure, spoolBody } from '../../src/spool/body-spool.ts';
import { descriptorNoise, openDescriptors } from '../support/open-descriptors.ts';
import { until } from '../support/until.ts';
import { FakeSource } from './fake-source.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-spool-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const limits = (set: object = {}) => ({ maxBytes: 100_000, memoryBytes: 1000, folder, ...set });

function spooled(source: FakeSource, set: object = {}): Promise<Body | SpoolFailure> {
  return new Promise((resolve) => spoolBody(source, limits(set), resolve));
}

function bytesOf(body: Body | SpoolFailure): Buffer {
  if (typeof body === 'string') throw new Error(`expected a body, found ${body}`);
  if (body.kind === 'memory') return Buffer.from(body.bytes);
  const bytes = Buffer.alloc(body.length + 1);
  // Without a position: from where the descriptor stands.
  return bytes.subarray(0, readSync(body.descriptor, bytes));
}

function release(body: Body | SpoolFailure): void {
  if (typeof body !== 'string' && body.kind === 'file') body.release();
}

const filled = (length: number, byte = 0x61): Uint8Array => new Uint8Array(length).fill(byte);

describe('a body is taken in', () => {
  test('whatever its chunks, with an announced length or without', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        chunks,
        fc.boolean(),
        fc.constantFrom(0, 1, 500, 5000),
        async (given, announced, memoryBytes) => {
          const whole = Buffer.concat(given);
          const body = await spooled(new FakeSource(given, 'end', announced ? whole.length : undefined), {
            memoryBytes,
          });
          expect(bytesOf(body).equals(whole)).toBe(true);
          expect(typeof body === 'string' ? body : body.length).toBe(whole.length);
          expect(typeof body === 'string' ? body : body.kind).toBe(
            whole.length > memoryBytes ? 'file' : 'memory',
          );
          release(body);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('at once where it is small and there already', () => {
    let body: Body | SpoolFailure | undefined;
    const chunk = filled(10);
    spoolBody(new FakeSource([chunk], 'end', 10), limits(), (result) => {
      body = result;
    });
    expect(body).toEqual({ kind: 'memory', bytes: chunk, length: 10 });
  });

  test('in memory up to the bound, in a file beyond it', async () => {
    expect(await spooled(new FakeSource([filled(1000)], 'end'))).toMatchObject({ kind: 'memory' });
    const body = await spooled(new FakeSource([filled(1001)], 'end'));
    expect(body).toMatchObject({ kind: 'file', length: 1001 });
    release(body);
  });

  test('in a file that has no name and that only its owner may read', async () => {
    const body = await spooled(new FakeSource([filled(5000)], 'end'));
    if (typeof body === 'string' || body.kind !== 'file') throw new Error('expected a file');
    const { mode, nlink, size } = fstatSync(body.descriptor);
    expect({ mode: mode & 0o777, nlink, size }).toEqual({ mode: 0o600, nlink: 0, size: 5000 });
    expect(readdirSync(folder)).toEqual([]);
    body.release();
  });

  test('while its source is held back under every write', async () => {
    const source = new FakeSource(
      Array.from({ length: 20 }, (_, n) => filled(900, n)),
      'end',
    );
    const body = await spooled(source);
    expect(source.holds).toBeGreaterThan(8);
    expect(bytesOf(body).length).toBe(18_000);
    release(body);
  });
});

describe('a body is refused', () => {
  test('unread where its announced length is over the bound', async () => {
    const source = new FakeSource([filled(10)], 'end', 100_001);
    expect(await spooled(source)).toBe('too-large');
    expect(source.opened).toBe(0);
  });

  test('where it grows over the bound, and its source is left alone', async () => {
    const source = new FakeSource(
      Array.from({ length: 30 }, () => filled(10_000)),
      'end',
    );
    expect(await spooled(source)).toBe('too-large');
    expect(source.left).toBeGreaterThan(15);
  });

  test.each<[string, FakeSource, SpoolFailure]>([
    ['ends short of its length', new FakeSource([filled(9)], 'end', 10), 'gone'],
    ['ends short of its length in a file', new FakeSource([filled(5000)], 'end', 5001), 'gone'],
    ['is longer than its length', new FakeSource([filled(9), filled(9)], 'end', 10), 'malformed'],
    ['is late', new FakeSource([filled(9)], 'late'), 'late'],
    ['is late in a file', new FakeSource([filled(5000)], 'late'), 'late'],
    ['breaks its framing', new FakeSource([filled(5000)], 'malformed'), 'malformed'],
    ['is left by its visitor', new FakeSource([], 'gone'), 'gone'],
  ])('where it %s', async (_what, source, failure) => {
    expect(await spooled(source)).toBe(failure);
  });

  test('where no file can be made', async () => {
    expect(await spooled(new FakeSource([filled(5000)], 'end'), { folder: '/no/such/folder' })).toBe('disk');
  });
});

describe('what a body takes is given up', () => {
  test('once, however often it is released', async () => {
    const body = await spooled(new FakeSource([filled(5000)], 'end'));
    if (typeof body === 'string' || body.kind !== 'file') throw new Error('expected a file');
    body.release();
    await until(() => !isOpen(body.descriptor), 'the descriptor to be closed');
    const other = await spooled(new FakeSource([filled(5000)], 'end'));
    body.release();
    await Bun.sleep(20);
    expect(bytesOf(other).length).toBe(5000);
    release(other);
  });

  test('after every failure and cancellation, at whatever moment', async () => {
    const before = openDescriptors();
    for (let turn = 0; turn < 200; turn += 1) {
      const source = new FakeSource([filled(5000), filled(5000)], turn % 2 === 0 ? 'late' : 'end');
      const spooling = spoolBody(source, limits(), release);
      for (let step = 0; step < turn % 5; step += 1) await Bun.sleep(0);
      spooling.cancel();
      spooling.cancel();
    }
    await until(() => openDescriptors() < before + descriptorNoise, 'all descriptors to be closed');
    await until(() => readdirSync(folder).length === 0, 'no name to be left');
  });

  test('without a word after a cancellation', async () => {
    let told = 0;
    const source = new FakeSource([filled(10)], 'never');
    const spooling = spoolBody(source, limits(), () => {
      told += 1;
    });
    spooling.cancel();
    expect(source.sink?.write(filled(10))).toBe(false);
    source.sink?.end();
    source.sink?.fail('gone');
    expect(told).toBe(0);
  });
});

function isOpen(descriptor: number): boolean {
  try {
    fstatSync(descriptor);
    return true;
  } catch {
    return false;
  }
}
