import { afterEach, expect, test } from 'vitest';
import { NO_PLACE } from '../../src/core/dense-set.ts';
import { type AcceptedConnection, Acceptor } from '../../src/listener/acceptor.ts';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { until } from '../support/until.ts';

let acceptor: Acceptor<AcceptedConnection> | undefined;
afterEach(() => acceptor?.close(0));

test('a defect while a connection is served is told, costs that connection, and no other', async () => {
  const faults: unknown[] = [];
  acceptor = new Acceptor<AcceptedConnection>({
    address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    state: { nowMs: 0, stopping: false },
    now: () => 0,
    onFault: (fault) => faults.push(fault),
    accept: (socket) => ({
      place: NO_PLACE,
      state: 'open',
      received(chunk) {
        if (chunk.length > 1) throw new TypeError('a defect');
        socket.write('fine');
      },
      drained() {},
      inputEnded: () => socket.end(),
      closed() {},
      sweep() {},
      abort: () => socket.terminate(),
    }),
  });
  const [unlucky, other] = [
    await RawHttpClient.connect(acceptor.port),
    await RawHttpClient.connect(acceptor.port),
  ];
  unlucky.send('two');
  await unlucky.untilOver();
  expect(faults).toEqual([new TypeError('a defect')]);
  await until(() => acceptor?.count({ open: 0 }).open === 1, 'the other connection alone');
  other.send('1');
  await other.until((text) => text === 'fine');
});
