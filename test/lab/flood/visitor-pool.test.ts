import type { TCPSocketListener } from 'bun';
import { afterEach, describe, expect, test } from 'vitest';
import type { VisitEnd } from '../../../src/lab/flood/visit.ts';
import { VisitorPool } from '../../../src/lab/flood/visitor-pool.ts';

let closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers) close();
  closers = [];
});

/** A server whose behaviour is one function; counts its connections. */
function serve(received: (socket: Bun.Socket<{ requests: number }>) => void) {
  const counts = { connections: 0 };
  const listener: TCPSocketListener<{ requests: number }> = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      open: (socket) => {
        counts.connections++;
        socket.data = { requests: 0 };
      },
      data: (socket) => {
        socket.data.requests++;
        received(socket);
      },
    },
  });
  closers.push(() => listener.stop(true));
  return { port: listener.port, counts };
}

function poolTo(port: number, maxConnections = 10): VisitorPool {
  const request = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const pool = new VisitorPool({ host: '127.0.0.1', port, request, maxConnections, now: () => 1000 });
  closers.push(() => pool.close('end of the test'));
  return pool;
}

const visit = (pool: VisitorPool) => new Promise<VisitEnd>((ended) => pool.visit({ intendedMs: 900, ended }));

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('a pool of visitors', () => {
  test('uses a connection again, and counts latency from when the visitor wanted to come', async () => {
    const { port, counts } = serve((socket) => void socket.write(OK));
    const pool = poolTo(port);
    for (let count = 0; count < 5; count++) {
      expect(await visit(pool)).toEqual({ kind: 'answered', status: 200, latencyMs: 100 });
    }
    expect(counts.connections).toBe(1);
    expect(pool.pending).toBe(0);
  });

  test('opens no more connections than it may, and answers everybody all the same', async () => {
    const { port, counts } = serve((socket) => void socket.write(OK));
    const pool = poolTo(port, 3);
    const ends = await Promise.all(Array.from({ length: 3000 }, () => visit(pool)));
    expect(ends.every((end) => end.kind === 'answered')).toBe(true);
    expect(counts.connections).toBeLessThanOrEqual(3);
  });

  test('takes a new connection where the server closes the old one', async () => {
    const { port, counts } = serve((socket) => {
      socket.end('HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
    const pool = poolTo(port);
    expect(await visit(pool)).toMatchObject({ status: 503 });
    expect(await visit(pool)).toMatchObject({ status: 503 });
    expect(counts.connections).toBe(2);
  });

  test('comes again where a connection was closed while it lay idle', async () => {
    const { port } = serve((socket) => {
      if (socket.data.requests === 1) socket.write(OK);
      else socket.terminate();
    });
    const pool = poolTo(port);
    await visit(pool);
    expect(await visit(pool)).toMatchObject({ kind: 'answered', status: 200 });
  });

  test.each([
    ['closes without a word', '', 'broken off'],
    ['breaks off', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok', 'broken off'],
    ['talks nonsense', 'nonsense\r\n\r\n', 'malformed answer'],
  ])('has no answer from a server that %s', async (_, answer, why) => {
    const { port } = serve((socket) => socket.end(answer));
    expect(await visit(poolTo(port))).toEqual({ kind: 'unanswered', why });
  });

  test('has no answer where nobody listens, however many come', async () => {
    const { port } = serve(() => undefined);
    for (const close of closers) close();
    const pool = poolTo(port, 2);
    const ends = await Promise.all(Array.from({ length: 10 }, () => visit(pool)));
    expect(ends).toEqual(Array(10).fill({ kind: 'unanswered', why: 'no connection' }));
  });

  test('tells everybody who still waits when it is closed', async () => {
    const { port } = serve(() => undefined);
    const pool = poolTo(port, 2);
    const ends = Array.from({ length: 5 }, () => visit(pool));
    expect(pool.pending).toBe(5);
    pool.close('no answer in time');
    expect(await Promise.all(ends)).toEqual(Array(5).fill({ kind: 'unanswered', why: 'no answer in time' }));
    expect(pool.pending).toBe(0);
  });
});
