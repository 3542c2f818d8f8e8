import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AdminServer, startAdminServer } from '../../src/admin/admin-server.ts';
import type { AdminSource, Readiness } from '../../src/admin/admin-source.ts';
import { Fault } from '../../src/core/fault.ts';
import { emptyLoad } from '../../src/load/empty-load.ts';

const source = {
  version: '1.2.3',
  startedMs: Date.UTC(2030, 0, 1),
  readiness: (): Readiness => ({ ready: true }),
  listeners: () => ['http://127.0.0.1:8080'],
  lastReload: () => ({ successful: false, atMs: Date.UTC(2030, 0, 1), faults: ['f.yaml:1:2: bad'] }),
  load: () => ({ ...emptyLoad(), processors: 1.5, running: 3, eventLoopDelayMs: 2 }),
  recentChanges: () => [
    {
      atMs: Date.UTC(2030, 0, 1),
      event: 'draining',
      fields: { application: 'wiki', running: 3, forgotten: undefined },
    },
    {
      atMs: Date.UTC(2030, 0, 2),
      event: 'reloaded',
      fields: { changed: ['wiki'], err: new Error('x'.repeat(999)) },
    },
  ],
  lastDecisions: () => undefined,
  frontendDecisions: () => '# TYPE spillway_decisions_total counter\n',
  exposition: async (accept) => ({
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    bytes: Buffer.from(`# HELP up Always.\n# TYPE up gauge\nup 1\n# ${accept}\n`),
  }),
  applications: () => [
    {
      name: 'wiki',
      at: '',
      lanes: ['exec', 'forward'] as const,
      inflight: { exec: 1, forward: 2 },
      limits: { exec: 4, forward: 8 },
      queued: 5,
      oldestWaitMs: 250,
      retryAfterMs: 1500,
      daemon: 'failing' as const,
      lastDaemonFailure: 'start-timeout',
      policies: [
        {
          name: 'threshold',
          parameters: { maximum: 4, daemon_up: 'until_shed' },
          units: { maximum: 'load per processor' },
        },
      ],
      queueLimit: { max: 64, timeoutMs: 5000 },
      decisions: [
        { application: 'wiki', policy: 'threshold', lane: 'exec', reason: 'quiet', total: 1 },
        { application: 'wiki', policy: 'threshold', lane: 'shed', reason: 'overloaded', total: 9 },
      ],
    },
  ],
} satisfies AdminSource;
const anyPort = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
const wallClock = () => Date.UTC(2030, 0, 1, 0, 1, 1, 500);

let changes: Partial<AdminSource>;
let faults: unknown[];
let server: AdminServer;
beforeEach(() => {
  changes = {};
  faults = [];
  const now = new Proxy(source, { get: (target, name) => Reflect.get({ ...target, ...changes }, name) });
  server = startAdminServer(anyPort, now, { wallClock, onFault: (fault) => faults.push(fault) });
});
afterEach(() => server.close());

const get = (path: string, method = 'GET') => fetch(`${server.address}${path}`, { method });

describe('the admin server', () => {
  test('says the port that it really took', () => {
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
  });

  test.each([
    ['/', 200, 'text/plain; charset=utf-8', /^\/metrics: /m],
    ['/decisions', 200, 'application/json', /"kept": false/],
    ['/healthz', 200, 'text/plain; charset=utf-8', /^alive\n$/],
    ['/readyz', 200, 'text/plain; charset=utf-8', /^ready\n$/],
    ['/metrics', 200, 'text/plain; version=0.0.4; charset=utf-8', /^up 1$/m],
    ['/metrics?x=1', 200, 'text/plain; version=0.0.4; charset=utf-8', /^up 1$/m],
    ['/status', 200, 'application/json', /"version": "1.2.3"/],
    [
      '/nothing',
      404,
      'text/plain; charset=utf-8',
      /\/healthz \/readyz \/metrics \/metrics\/frontends \/status \/decisions\n$/,
    ],
    ['/metrics/frontends', 200, 'text/plain; version=0.0.4; charset=utf-8', /spillway_decisions_total/],
    ['/toString', 404, 'text/plain; charset=utf-8', /There is:/],
  ])('answers %s with %d and %s', async (path, status, type, body) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(response.headers.get('Content-Type')).toBe(type);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(await response.text()).toMatch(body);
  });

  test('answers HEAD with the length and without a body', async () => {
    const response = await get('/metrics', 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Length')).toBe(
      String((await source.exposition('*/*')).bytes.length),
    );
    expect(await response.text()).toBe('');
  });

  test('tells whoever makes the metrics what the scraper accepts, and caches that it counts', async () => {
    const accept = 'application/openmetrics-text;version=1.0.0';
    const response = await fetch(`${server.address}/metrics`, { headers: { Accept: accept } });
    expect(response.headers.get('Vary')).toBe('Accept');
    expect(await response.text()).toContain(`# ${accept}`);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    const response = await get('/status', method);
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
  });

  test.each(['starting', 'stopping'])('is alive but not ready while %s, and says so', async (reason) => {
    changes = { readiness: () => ({ ready: false, reason }) };
    const response = await get('/readyz');
    expect([response.status, await response.text()]).toEqual([503, `${reason}\n`]);
    expect((await get('/healthz')).status).toBe(200);
  });

  test('survives a source that throws', async () => {
    const fault = new Error('a defect');
    changes = {
      exposition: () => Promise.reject(fault),
      load: () => {
        throw fault;
      },
    };
    expect([(await get('/metrics')).status, (await get('/status')).status]).toEqual([500, 500]);
    expect(faults).toEqual([fault, fault]);
    expect((await get('/healthz')).status).toBe(200);
  });

  test('says what to do when its port is taken', () => {
    const port = Number(new URL(server.address).port);
    const second = () => startAdminServer({ ...anyPort, port }, source);
    expect(second).toThrow(Fault);
    expect(second).toThrow(expect.objectContaining({ code: 'admin/address-in-use' }));
    expect(second).toThrow(new RegExp(`127\\.0\\.0\\.1:${port}.*free port`));
  });

  test('says what to do when its address is not of this machine', () => {
    const elsewhere = () => startAdminServer({ ...anyPort, host: '192.0.2.1' }, source);
    expect(elsewhere).toThrow(expect.objectContaining({ code: 'admin/cannot-listen' }));
  });

  test('takes no connection after it was closed', async () => {
    await server.close();
    await expect(get('/healthz')).rejects.toThrow();
  });
});

test('the status tells everything, with units in the names and null for what is not known', async () => {
  expect(await (await get('/status')).json()).toEqual({
    version: '1.2.3',
    started: '2030-01-01T00:00:00.000Z',
    uptime_seconds: 61.5,
    readiness: { ready: true },
    listeners: ['http://127.0.0.1:8080'],
    last_reload: { successful: false, time: '2030-01-01T00:00:00.000Z', faults: ['f.yaml:1:2: bad'] },
    load: {
      processors: 1.5,
      machine_processors: null,
      load_average: null,
      running_tasks: 3,
      cpu_pressure_ratio: null,
      memory_pressure_ratio: null,
      io_pressure_ratio: null,
      cpu_busy_ratio: null,
      memory_available_bytes: null,
      event_loop_delay_seconds: 0.002,
    },
    applications: [
      {
        name: 'wiki',
        at: '/',
        lanes: [
          { lane: 'exec', inflight: 1, limit: 4 },
          { lane: 'forward', inflight: 2, limit: 8 },
        ],
        queue: { length: 5, limit: 64, oldest_wait_seconds: 0.25, timeout_seconds: 5 },
        retry_after_seconds: 1.5,
        daemon: { state: 'failing', last_failure: 'start-timeout' },
        policies: [
          {
            name: 'threshold',
            parameters: { maximum: 4, daemon_up: 'until_shed' },
            units: { maximum: 'load per processor' },
          },
        ],
        decisions: [
          { policy: 'threshold', lane: 'shed', reason: 'overloaded', total: 9 },
          { policy: 'threshold', lane: 'exec', reason: 'quiet', total: 1 },
        ],
      },
    ],
    recent_changes: [
      {
        time: '2030-01-02T00:00:00.000Z',
        event: 'reloaded',
        application: null,
        details: { changed: '["wiki"]', err: `Error: ${'x'.repeat(493)}…` },
      },
      { time: '2030-01-01T00:00:00.000Z', event: 'draining', application: 'wiki', details: {} },
    ],
  });
});

describe('the page for browsers', () => {
  const asBrowser = {
    headers: { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' },
  };

  test('comes to who asks for HTML, and is not kept', async () => {
    const response = await fetch(`${server.address}/`, asBrowser);
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(response.headers.get('Vary')).toBe('Accept');
    expect(await response.text()).toMatch(/^<!doctype html>/);
  });

  test('may run its own script and wear its own style, ask this server, and nothing else', async () => {
    const response = await fetch(`${server.address}/`, asBrowser);
    const html = await response.text();
    const hash = (name: string): string => {
      const contents = [...html.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, 'g'))].map(
        ([, text]) => text,
      );
      expect(contents).toHaveLength(1);
      return `'sha256-${new Bun.CryptoHasher('sha256').update(contents[0] ?? '').digest('base64')}'`;
    };
    expect(response.headers.get('Content-Security-Policy')?.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash('script')}`,
      `style-src ${hash('style')}`,
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
  });
});

test('the decisions are explained, and do not tell what was asked for', async () => {
  const record = {
    v: 1,
    time: '2030-01-01T00:00:00.000Z',
    arrived_ms: 5,
    id: 'r1',
    application: 'wiki',
    meta: { REQUEST_METHOD: 'GET', REQUEST_URI: '/private' },
    priority: 0,
    decision: { lane: 'shed', policy: 'admission', reason: 'queue_full' },
    wait_ms: 0,
    busy_ms: 0,
    total_ms: 1,
    result: 'ignored',
    status: 503,
    bytes_in: 0,
    bytes_out: 9,
  } as const;
  changes = { lastDecisions: () => [record] };
  const text = await (await get('/decisions')).text();
  expect(JSON.parse(text)).toEqual({
    kept: true,
    decisions: [
      {
        time: record.time,
        id: 'r1',
        application: 'wiki',
        lane: 'shed',
        policy: 'admission',
        reason: 'queue_full',
        status: 503,
        explanation: expect.stringContaining('It was shed after'),
      },
    ],
  });
  expect(text).not.toContain('private');
});
