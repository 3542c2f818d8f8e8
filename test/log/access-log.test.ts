import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { AccessLog } from '../../src/log/access-log.ts';
import { exchangeRecord } from '../support/exchange-record.ts';
import { viewOf } from '../support/view-of.ts';
import { MemoryOutput } from './memory-output.ts';

const wallClock = () => Date.UTC(2030, 0, 2, 3, 4, 5, 678);

let output: MemoryOutput;
let json: AccessLog;
let readable: AccessLog;
beforeEach(() => {
  output = new MemoryOutput();
  json = new AccessLog({ output, format: 'json', wallClock });
  readable = new AccessLog({ output, format: 'readable', wallClock });
});

describe('a request as JSON', () => {
  test('says who asked what, who decided and why, and how long each part took', () => {
    json.finished(exchangeRecord({ waitMs: 0.12345 }));
    expect(output.records).toEqual([
      {
        level: 'info',
        time: '2030-01-02T03:04:05.678Z',
        event: 'request',
        id: 'r1',
        application: 'wiki',
        lane: 'exec',
        policy: 'threshold',
        reason: 'quiet',
        method: 'GET',
        target: '/wiki/page?x=1',
        remote: '192.0.2.7',
        status: 200,
        result: 'served',
        wait_ms: 0.123,
        first_byte_ms: 12.3,
        busy_ms: 14.25,
        total_ms: 15.5,
        bytes_in: 0,
        bytes_out: 5123,
      },
    ]);
  });

  test('says why it failed, and leaves out what there was not', () => {
    json.finished(
      exchangeRecord({
        decision: undefined,
        firstByteMs: undefined,
        failure: 'no_route',
        status: 404,
        application: '',
      }),
    );
    expect(output.records[0]).toMatchObject({ failure: 'no_route', status: 404, application: '' });
    for (const name of ['lane', 'policy', 'reason', 'first_byte_ms'])
      expect(output.records[0]).not.toHaveProperty(name);
  });

  test('has a time for each request', () => {
    let nowMs = 0;
    const log = new AccessLog({ output, format: 'json', wallClock: () => nowMs });
    for (nowMs of [0, 0, 1]) log.finished(exchangeRecord());
    expect(output.records.map(({ time }) => time)).toEqual([
      '1970-01-01T00:00:00.000Z',
      '1970-01-01T00:00:00.000Z',
      '1970-01-01T00:00:00.001Z',
    ]);
  });
});

test('a readable request is one line', () => {
  readable.finished(exchangeRecord());
  readable.finished(
    exchangeRecord({
      decision: { lane: 'shed', policy: 'admission', reason: 'queue_full' },
      result: 'ignored',
      status: 503,
      firstByteMs: undefined,
      busyMs: 0,
    }),
  );
  readable.finished(
    exchangeRecord({
      application: '',
      decision: undefined,
      failure: 'abandoned',
      result: 'ignored',
      status: 0,
    }),
  );
  expect(output.lines).toEqual([
    '03:04:05.678Z 200 exec wiki GET /wiki/page?x=1 15.5ms (wait 0, first byte 12.3, busy 14.25) 0B in, 5123B out threshold: quiet served 192.0.2.7 r1',
    '03:04:05.678Z 503 shed wiki GET /wiki/page?x=1 15.5ms (wait 0, first byte -, busy 0) 0B in, 5123B out admission: queue_full ignored 192.0.2.7 r1',
    '03:04:05.678Z --- - - GET /wiki/page?x=1 15.5ms (wait 0, first byte 12.3, busy 14.25) 0B in, 5123B out - ignored: abandoned 192.0.2.7 r1',
  ]);
});

test('a long target is cut, and marked as cut', () => {
  json.finished(exchangeRecord({ view: viewOf({ REQUEST_URI: `/${'x'.repeat(10_000)}` }) }));
  expect(output.records[0]?.target).toBe(`/${'x'.repeat(2047)}...`);
});

test('a request is one line without control characters, whatever the visitor sent', () => {
  // Byte strings: each character is a byte.
  const bytes = fc.uint8Array().map((array) => String.fromCharCode(...array));
  fc.assert(
    fc.property(bytes, bytes, bytes, (method, target, remote) => {
      const record = exchangeRecord({
        view: viewOf({ REQUEST_METHOD: method, REQUEST_URI: target, REMOTE_ADDR: remote }),
      });
      output.text = '';
      json.finished(record);
      expect(output.records).toMatchObject([{ method, target, remote }]);
      readable.finished(record);
      expect(output.lines.length).toBe(2);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for.
      for (const line of output.lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }),
  );
});
