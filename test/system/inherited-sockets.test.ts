import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InheritedSockets } from '../../src/system/inherited-sockets.ts';
import { monotonicMicroseconds } from '../../src/system/monotonic-microseconds.ts';
import { listeningName } from '../../src/system/socket-name.ts';
import { FileTree } from '../support/file-tree.ts';

let tree: FileTree;
let listener: { stop(): void; readonly fd: number; readonly port?: number } | undefined;
beforeEach(() => {
  tree = new FileTree();
});
afterEach(() => {
  listener?.stop();
  listener = undefined;
  tree.dispose();
});

function listen(where: object): number {
  listener = Bun.listen({ ...where, socket: { data: () => {} } } as never) as unknown as typeof listener;
  return listener?.fd ?? -1;
}

describe('a socket says where it listens', () => {
  test.each([['127.0.0.1'], ['::1']])('on %s', (hostname) => {
    const descriptor = listen({ hostname, port: 0 });
    expect(listeningName(descriptor)).toEqual({ kind: 'tcp', host: hostname, port: listener?.port });
  });

  test('on a path', () => {
    const path = join(tree.root, 's.sock');
    expect(listeningName(listen({ unix: path }))).toEqual({ kind: 'unix', path });
  });

  test('and nothing else does', () => {
    expect(listeningName(9999)).toBe(9);
    expect(listeningName(0)).not.toBeTypeOf('object');
  });
});

describe('what systemd hands over', () => {
  test('is taken out of the environment, so that nobody who is started takes it for his', () => {
    const environment = { LISTEN_PID: '1', LISTEN_FDS: '1', LISTEN_FDNAMES: 'web', HOME: '/root' };
    new InheritedSockets(environment, 2);
    expect(environment).toEqual({ HOME: '/root' });
  });

  test('is left alone where it is for another process', () => {
    const sockets = new InheritedSockets({ LISTEN_PID: '1', LISTEN_FDS: '1', LISTEN_FDNAMES: 'web' }, 2);
    expect(() => sockets.named('web')).toThrow(
      /expected a socket with the name web from systemd, found no socket/,
    );
  });
});

test('the monotonic clock is that of the machine, not of the process', () => {
  const before = monotonicMicroseconds();
  expect(monotonicMicroseconds() - before).toBeLessThan(1_000_000n);
  expect(Number(before) / 1e6).toBeGreaterThan(performance.now() / 1000);
});
