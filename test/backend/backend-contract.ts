import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend, BackendFailure } from '../../src/core/backend.ts';
import type { Body } from '../../src/core/body.ts';
import { descriptorNoise, openDescriptors } from '../support/open-descriptors.ts';
import { until } from '../support/until.ts';
import { viewOf } from '../support/view-of.ts';
import { RecordedReceiver } from './recorded-receiver.ts';

export interface BackendUnderTest {
  /** Time limits of 5 s, heads of up to 64 KiB. */
  readonly backend: Backend;
  /** The same with a time limit of 300 ms. */
  readonly hasty: Backend;
  stop(): Promise<void>;
}

/** What every backend promises, whatever the application does: see `AnswerReceiver`. */
export function backendContract(
  name: string,
  start: () => Promise<BackendUnderTest>,
  silence: BackendFailure,
): void {
  describe(`${name} keeps the contract of a backend`, () => {
    let subject: BackendUnderTest;
    let folder: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'spillway-backend-'));
      subject = await start();
    });
    afterAll(async () => {
      await subject.stop();
      rmSync(folder, { recursive: true });
    });

    function run(
      variables: Record<string, string>,
      {
        body,
        backend = subject.backend,
        ...set
      }: { body?: Body; backend?: Backend } & Partial<RecordedReceiver> = {},
    ): RecordedReceiver {
      const receiver = Object.assign(new RecordedReceiver(), set);
      const length = body === undefined ? {} : { CONTENT_LENGTH: String(body.length) };
      const view = viewOf({ REQUEST_METHOD: body ? 'POST' : 'GET', ...variables, ...length });
      receiver.run = backend.run({ id: 'r1', view, body }, receiver);
      return receiver;
    }

    async function answer(...of: Parameters<typeof run>): Promise<RecordedReceiver> {
      const receiver = run(...of);
      await receiver.over;
      await Bun.sleep(0);
      expect(receiver.breaches).toEqual([]);
      expect(receiver.releases).toBe(1);
      return receiver;
    }

    function memoryBody(bytes: Uint8Array): Body {
      return { kind: 'memory', bytes, length: bytes.length };
    }

    /** A body in a file, and how often it was released. */
    function fileBody(length: number): { body: Body; digest: string; releases: () => number } {
      const bytes = randomBytes(length);
      const path = join(folder, crypto.randomUUID());
      const descriptor = openSync(path, 'wx+');
      rmSync(path);
      for (let at = 0; at < length; ) at += writeSync(descriptor, bytes, at, length - at, at);
      let releases = 0;
      const release = (): void => {
        releases += 1;
        closeSync(descriptor);
      };
      return {
        body: { kind: 'file', descriptor, length, release },
        digest: digest(bytes),
        releases: () => releases,
      };
    }

    test.each([
      ['a small answer with a length', 'hello', 200, 'hello'],
      ['an answer with a status and no length', 'created', 201, 'made'],
      ['a head that comes byte by byte', 'byteByByte', 200, 'slowly'],
      ['an answer without a body', 'empty', 204, ''],
      ['an answer whose length is zero', 'lengthZero', 200, ''],
      ['a body where none is allowed, discarded', 'emptyWithBody', 204, ''],
      ['more than Content-Length, cut there', 'tooLong', 200, 'hello'],
    ])('gives %s', async (_what, BEHAVIOUR, status, text) => {
      const receiver = await answer({ BEHAVIOUR });
      expect(receiver).toMatchObject({ result: 'end', status, text });
    });

    test('gives the target of a local redirect and nothing of its body', async () => {
      const { cgiHead, result, bytes } = await answer({ BEHAVIOUR: 'redirect' });
      expect({ cgiHead, result, bytes }).toEqual({
        cgiHead: { kind: 'local-redirect', target: '/elsewhere' },
        result: 'end',
        bytes: 0,
      });
    });

    test.each(['hello', 'created', 'tooShort', 'stream'])(
      'gives only the head of %s to HEAD',
      async (BEHAVIOUR) => {
        const receiver = await answer({ BEHAVIOUR, REQUEST_METHOD: 'HEAD', AMOUNT: '300000' });
        expect(receiver).toMatchObject({ result: 'end', bytes: 0 });
        expect(receiver.status).toBeGreaterThan(199);
      },
    );

    test('streams 20 MB', async () => {
      const receiver = await answer({ BEHAVIOUR: 'stream', AMOUNT: '20000000' }, { keep: false });
      expect(receiver).toMatchObject({ result: 'end', bytes: 20_000_000 });
    });

    test.each([0, 1, 1000, 16_384, 16_385, 1_000_000])(
      'passes a body of %i bytes in memory',
      async (length) => {
        const bytes = randomBytes(length);
        const receiver = await answer({ BEHAVIOUR: 'echo' }, { body: memoryBody(bytes) });
        expect(receiver).toMatchObject({ result: 'end', bytes: length });
        expect(digest(Buffer.concat(receiver.chunks))).toBe(digest(bytes));
      },
    );

    test.each([1, 262_144, 3_000_001])(
      'passes a body of %i bytes in a file, and releases it once',
      async (length) => {
        const { body, digest: expected, releases } = fileBody(length);
        const receiver = await answer({ BEHAVIOUR: 'digest' }, { body });
        expect(receiver).toMatchObject({ result: 'end', text: expected });
        expect(releases()).toBe(1);
      },
    );

    test('carries 20 MB both ways for an application that writes before it reads', async () => {
      const { body, digest: expected } = fileBody(20_000_000);
      const receiver = await answer({ BEHAVIOUR: 'writeFirst', AMOUNT: '20000000' }, { body });
      expect(receiver).toMatchObject({ result: 'end', bytes: 20_000_064 });
      expect(Buffer.concat(receiver.chunks.slice(-2)).toString('latin1').slice(-64)).toBe(expected);
    });

    test('takes the answer of an application that leaves a large body unread', async () => {
      const { body, releases } = fileBody(5_000_000);
      const receiver = await answer({ BEHAVIOUR: 'ignoreBody' }, { body });
      expect(receiver).toMatchObject({ result: 'end', status: 403, text: 'no' });
      // A read of it may be under way.
      await until(() => releases() === 1, 'the body to be released');
    });

    test('takes an answer from a receiver that wants each chunk only after a while', async () => {
      const receiver = run({ BEHAVIOUR: 'stream', AMOUNT: '1000000' }, { keep: false });
      receiver.takes = () => {
        setTimeout(() => receiver.resume(), 2);
        return false;
      };
      await receiver.over;
      expect(receiver).toMatchObject({ result: 'end', bytes: 1_000_000, breaches: [], releases: 1 });
    });

    test('holds an application back while the receiver takes nothing, without counting that as lateness', async () => {
      const progress = join(folder, 'progress');
      const receiver = run(
        { BEHAVIOUR: 'endless', PROGRESS: progress },
        { keep: false, takes: () => false, backend: name === 'forward' ? subject.hasty : subject.backend },
      );
      await until(() => receiver.bytes > 0, 'the first bytes');
      await Bun.sleep(600);
      expect(receiver.result).toBe('nothing');
      expect(Number(readFileSync(progress, 'latin1'))).toBeLessThan(2_000_000);
      receiver.abandon();
      await receiver.over;
      expect(receiver.breaches).toEqual([]);
    });

    test.each<[string, BackendFailure, number | undefined]>([
      ['nothing', silence, undefined],
      ['halfHead', 'bad-head', undefined],
      ['badHead', 'bad-head', undefined],
      ['largeHead', 'head-too-large', undefined],
      ['tooShort', 'broken-off', 200],
    ])('fails on %s: %s', async (BEHAVIOUR, failure, status) => {
      const receiver = await answer({ BEHAVIOUR });
      expect(receiver.result).toBe(failure);
      expect(receiver.status).toBe(status);
    });

    test.each([
      ['hang', undefined],
      ['stall', 200],
    ])('fails on %s when its time is over', async (BEHAVIOUR, status) => {
      const receiver = await answer({ BEHAVIOUR }, { backend: subject.hasty });
      expect(receiver.result).toBe('timeout');
      expect(receiver.status).toBe(status);
    });

    describe('abandoned', () => {
      test.each(['hello', 'hang', 'endless', 'badHead'])(
        'before anything has happened: %s',
        async (BEHAVIOUR) => {
          const { body, releases } = fileBody(300_000);
          const receiver = run({ BEHAVIOUR }, { body });
          receiver.abandon();
          receiver.abandon();
          await receiver.over;
          await until(() => releases() === 1, 'the body to be released');
          expect(receiver.breaches).toEqual([]);
        },
      );

      test.each(['head', 'data', 'end'] as const)('within %s', async (moment) => {
        const receiver = run({ BEHAVIOUR: 'created' });
        receiver.on[moment] = () => receiver.abandon();
        await receiver.over;
        expect(receiver.breaches).toEqual([]);
      });

      test.each([0, 1, 5, 20, 60])('after %i ms of an endless answer', async (ms) => {
        const { body } = fileBody(1_000_000);
        const receiver = run({ BEHAVIOUR: 'endless' }, { keep: false, body });
        await Bun.sleep(ms);
        receiver.abandon();
        await receiver.over;
        expect(receiver.breaches).toEqual([]);
      });

      test('while the receiver holds back', async () => {
        const receiver = run({ BEHAVIOUR: 'endless' }, { keep: false, takes: () => false });
        await until(() => receiver.bytes > 0, 'the first bytes');
        receiver.abandon();
        receiver.resume();
        await receiver.over;
        expect(receiver.breaches).toEqual([]);
      });

      test('after everything is over, without effect', async () => {
        const receiver = await answer({ BEHAVIOUR: 'hello' });
        receiver.abandon();
        receiver.resume();
        expect(receiver).toMatchObject({ releases: 1, breaches: [] });
      });
    });

    test('leaves no descriptor behind after many runs that end in many ways', async () => {
      const kinds = ['hello', 'created', 'nothing', 'badHead', 'tooShort', 'endless'];
      const rounds = async (count: number): Promise<void> => {
        for (let round = 0; round < count; round += 1) {
          const receivers = kinds.map((BEHAVIOUR) => {
            const receiver = run({ BEHAVIOUR }, { keep: false });
            if (BEHAVIOUR === 'endless') receiver.on.data = () => receiver.abandon();
            return receiver;
          });
          await Promise.all(receivers.map(({ over }) => over));
          for (const receiver of receivers) expect(receiver.breaches).toEqual([]);
        }
      };
      await rounds(2);
      const before = openDescriptors();
      await rounds(30);
      await until(() => openDescriptors() < before + descriptorNoise, 'the descriptors to be closed');
    });
  });
}

function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
