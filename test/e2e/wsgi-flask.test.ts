import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adaptor, fixtures, python } from '../python/python.ts';
import { RunningProgram } from '../python/running-program.ts';
import { type RunningApplication, ways } from '../python/ways-to-run.ts';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { until } from '../support/until.ts';
import { FrontServer } from './front-server.ts';
import { nginx } from './nginx.ts';

const hasFlask =
  python.available && spawnSync(python.path, ['-c', 'import flask'], { stdio: 'ignore' }).status === 0;
if (!hasFlask && process.env.SPILLWAY_PEERS === 'required')
  throw new Error(`Flask is required (SPILLWAY_PEERS=required), but ${python.path} does not import it`);

const boundary = 'between-the-parts';
const upload = Buffer.alloc(300_000, 'upload').toString('latin1');
const form = [
  `--${boundary}\r\nContent-Disposition: form-data; name="name"\r\n\r\nwiki\r\n`,
  `--${boundary}\r\nContent-Disposition: form-data; name="upload"; filename="u"\r\n\r\n${upload}\r\n--${boundary}--\r\n`,
].join('');
const uploaded = [...upload].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 65_536;
const lines = Array.from({ length: 1000 }, (_, number) => `${number} /stream\n`).join('');

describe.skipIf(!hasFlask).each(ways.filter(({ name }) => name !== 'HTTP'))(
  'Flask, judged by wsgiref.validate, in $name',
  ({ start }) => {
    let site: RunningApplication | undefined;
    let errors = (): string => '';

    beforeAll(async () => {
      site = await start('flask_site:application');
    });
    afterAll(async () => {
      expect(await site?.stop()).toEqual({ code: 0, signal: null });
    });

    async function get(
      path: string,
      asked: { method?: string; body?: string; variables?: Record<string, string> } = {},
    ) {
      const answered = await site?.ask({ path, ...asked });
      if (answered === undefined) throw new Error('not started');
      errors = answered.errors;
      const at = answered.answer.indexOf('\r\n\r\n');
      return {
        head: answered.answer.slice(0, at + 2),
        body: answered.answer.slice(at + 4),
        isCut: answered.isCut,
      };
    }

    function expectNoComplaint(): void {
      expect(errors()).toBe('');
    }

    test('a page, and its head', async () => {
      const { head, body } = await get('/');
      expect(body).toBe('caf\xc3\xa9 at /\n');
      expect(head).toBe(
        'Status: 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 11\r\n'.replace(
          '11',
          String(body.length),
        ),
      );
      expectNoComplaint();
      expect(await get('/', { method: 'HEAD' })).toEqual({ head, body: '', isCut: false });
      expectNoComplaint();
    });

    test('a path and a query of other alphabets', async () => {
      const { body } = await get('/hello/\xc3\xa9 \xe2\x82\xac', { variables: { QUERY_STRING: 'q=%C3%A9' } });
      expect(body).toBe('hello \xc3\xa9 \xe2\x82\xac, \xc3\xa9\n');
      expectNoComplaint();
    });

    test('a form with an upload', async () => {
      const variables = { CONTENT_TYPE: `multipart/form-data; boundary=${boundary}` };
      const { body } = await get('/form', { body: form, variables });
      expect(JSON.parse(body)).toEqual({ name: 'wiki', size: upload.length, sum: uploaded });
      expectNoComplaint();
    });

    test('a body of all bytes comes back', async () => {
      const bytes = Array.from({ length: 100_000 }, (_, at) => String.fromCharCode(at % 256)).join('');
      expect((await get('/raw', { body: bytes })).body).toBe(bytes);
      expectNoComplaint();
    });

    test('a session in a cookie', async () => {
      const cookie = async (given?: string) => {
        const { head, body } = await get(
          '/count',
          given === undefined ? {} : { variables: { HTTP_COOKIE: given } },
        );
        return [body, /^Set-Cookie: ([^;]+)/m.exec(head)?.[1] ?? ''] as const;
      };
      const [first, set] = await cookie();
      expect([first, (await cookie(set))[0]]).toEqual(['1', '2']);
      expectNoComplaint();
    });

    test('a redirect, a stream, a file, a missing page', async () => {
      expect((await get('/away')).head).toMatch(/^Status: 302 FOUND\r\n.*\r\nLocation: \/hello\/you\r\n/s);
      expectNoComplaint();
      expect(await get('/stream')).toMatchObject({ body: lines, isCut: false });
      expectNoComplaint();
      expect((await get('/file')).body).toBe('0123456789');
      expectNoComplaint();
      expect((await get('/own-source')).body).toBe(readFileSync(join(fixtures, 'flask_site.py'), 'latin1'));
      expectNoComplaint();
      expect((await get('/absent')).head).toMatch(/^Status: 404 NOT FOUND\r\n/);
      expectNoComplaint();
    });

    test('a stream that fails is cut for all to see', async () => {
      const { body, isCut } = await get('/cut');
      expect([body, isCut]).toEqual(['half', true]);
      await until(() => /RuntimeError: on purpose/.test(errors()), 'the traceback');
    });
  },
);

const spillway = resolve(import.meta.dirname, '../../bin/spillway');
const worker = [python.path, adaptor, 'flask_site:plain'];
/** How it may stand behind a socket. */
const servers: readonly (readonly [string, (socket: string) => readonly string[]])[] = [
  ['as SCGI server', (socket) => [python.path, adaptor, '--scgi', `unix:${socket}`, 'flask_site:plain']],
  [
    'as workers of the preforking server',
    (socket) => [
      spillway,
      'prefork',
      '--listen',
      `unix:${socket}`,
      '--workers',
      '2',
      '--max-requests',
      '3',
      '--',
      ...worker,
    ],
  ],
  [
    'as workers that accept on their own',
    (socket) => [
      spillway,
      'prefork',
      '--listen',
      `unix:${socket}`,
      '--workers',
      '2',
      '--accept',
      'worker',
      '--',
      ...worker,
    ],
  ],
];

describe.skipIf(!hasFlask || !nginx.program.available).each(servers)(
  'Flask behind nginx %s',
  (_how, command) => {
    let server: RunningProgram | undefined;
    let front: FrontServer | undefined;

    beforeAll(async () => {
      // nginx's workers run as a user of their own.
      const folder = mkdtempSync(join(tmpdir(), 'spillway-flask-'));
      chmodSync(folder, 0o755);
      const socket = join(folder, 'socket');
      const program = new RunningProgram(command(socket), { cwd: fixtures });
      server = program;
      await until(() => program.isOver || existsSync(socket), 'the socket', 15_000);
      if (program.isOver) throw new Error(`expected a server, found: ${program.errors}`);
      chmodSync(socket, 0o666);
      front = await FrontServer.startWith(
        nginx,
        folder,
        `include /etc/nginx/scgi_params;
        server { listen 80; client_max_body_size 10m; location / { scgi_pass unix:${socket}; } }`,
      );
    });
    afterAll(async () => {
      await front?.stop();
      expect(await server?.stop(), server?.errors).toEqual({ code: 0, signal: null });
    });

    const fetchFrom = (path: string, options?: RequestInit) => fetch(`${front?.address}${path}`, options);

    test('pages, queries and paths of other alphabets', async () => {
      expect(await (await fetchFrom('/')).text()).toBe('café at /\n');
      expect(await (await fetchFrom('/hello/%C3%A9%20%E2%82%AC?q=%C3%A9')).text()).toBe('hello é €, é\n');
      expect((await fetchFrom('/absent')).status).toBe(404);
    });

    test('a form with an upload, and a body of a megabyte', async () => {
      const data = new FormData();
      data.set('name', 'wiki');
      data.set('upload', new Blob([Buffer.from(upload, 'latin1')]));
      const response = await fetchFrom('/form', { method: 'POST', body: data });
      expect(await response.json()).toEqual({ name: 'wiki', size: upload.length, sum: uploaded });
      const body = Buffer.alloc(1 << 20, 'megabyte');
      const raw = await fetchFrom('/raw', { method: 'POST', body });
      expect(Buffer.compare(Buffer.from(await raw.arrayBuffer()), body)).toBe(0);
    });

    test('a stream, a file, a part of a file, and the head of one', async () => {
      expect(await (await fetchFrom('/stream')).text()).toBe(lines);
      const source = readFileSync(join(fixtures, 'flask_site.py'), 'utf8');
      expect(await (await fetchFrom('/own-source')).text()).toBe(source);
      const part = await fetchFrom('/own-source', { headers: { Range: 'bytes=10-19' } });
      expect([part.status, await part.text()]).toEqual([206, source.slice(10, 20)]);
      const head = await fetchFrom('/own-source', { method: 'HEAD' });
      expect([head.headers.get('content-length'), await head.text()]).toEqual([String(source.length), '']);
    });

    test('an error is a 500, and a stream that fails does not look whole', async () => {
      expect((await fetchFrom('/fails')).status).toBe(500);
      const client = await RawHttpClient.connect(front?.port ?? 0);
      client.send('GET /cut HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
      const answer = await client.untilOver();
      client.leave();
      expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n.*\r\nTransfer-Encoding: chunked\r\n/s);
      // The last chunk is missing.
      expect(answer).not.toContain('0\r\n\r\n');
    });
  },
);
