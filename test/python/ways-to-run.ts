import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { until } from '../support/until.ts';
import { adaptor, fixtures, python } from './python.ts';
import { type ProgramEnd, RunningProgram } from './running-program.ts';

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly body?: string;
  /** Of a body that breaks off; else that of the body. */
  readonly length?: number;
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Answered {
  /** As CGI has it: `Status: 200 OK`, other fields, an empty line, the body. Byte string. */
  readonly answer: string;
  /** Whoever reads sees that something is missing, by the way the connection or the program ended. */
  readonly isCut: boolean;
  /** What was written to standard error for it so far. */
  readonly errors: () => string;
}

/** An application that somebody can ask. */
export interface RunningApplication {
  ask(asked: Asked): Promise<Answered>;
  stop(): Promise<ProgramEnd>;
}

export interface Way {
  readonly name: string;
  readonly flags: readonly [multithread: boolean, multiprocess: boolean, runOnce: boolean];
  start(application: string, folder?: string): Promise<RunningApplication>;
}

export const ways: readonly Way[] = [
  { name: 'CGI', flags: [false, true, true], start: startCgi },
  {
    name: 'SCGI over a Unix socket',
    flags: [false, false, false],
    start: async (application, folder) => {
      const path = join(mkdtempSync(join(tmpdir(), 'spillway-wsgi-')), 'socket');
      const program = run(['--scgi', `unix:${path}`, application], folder);
      await program.says(/SCGI at/);
      return await scgi(program, () => RawHttpClient.connectUnix(path));
    },
  },
  {
    name: 'SCGI over TCP',
    flags: [false, false, false],
    start: async (application, folder) => {
      const program = run(['--scgi', '127.0.0.1:0', application], folder);
      await program.says(/at 127\.0\.0\.1:\d+/);
      const port = Number(/at 127\.0\.0\.1:(\d+)/.exec(program.errors)?.[1]);
      return await scgi(program, () => RawHttpClient.connect(port));
    },
  },
  {
    name: 'a prefork worker',
    flags: [false, true, false],
    start: async (application, folder) => {
      const path = join(mkdtempSync(join(tmpdir(), 'spillway-wsgi-')), 'socket');
      const parent = join(fixtures, 'parent.py');
      const program = new RunningProgram([python.path, parent, path, python.path, adaptor, application], {
        cwd: folder ?? fixtures,
      });
      await program.says(/"ready"/);
      const running = await scgi(program, () => RawHttpClient.connectUnix(path));
      const stop = async (): Promise<ProgramEnd> => {
        // The end of its control stream.
        program.finish();
        return await program.ended;
      };
      return { ...running, stop };
    },
  },
  { name: 'HTTP', flags: [true, false, false], start: startHttp },
];

function run(words: readonly string[], folder = fixtures): RunningProgram {
  return new RunningProgram([python.path, adaptor, ...words], { cwd: folder });
}

/** The variables that servers in front send. */
export function variablesOf({
  method,
  path = '/',
  query = '',
  body = '',
  length,
  variables,
}: Asked): Record<string, string> {
  const size = length ?? body.length;
  return {
    CONTENT_LENGTH: String(size),
    REQUEST_METHOD: method ?? (size > 0 ? 'POST' : 'GET'),
    SCRIPT_NAME: '',
    PATH_INFO: path,
    QUERY_STRING: query,
    SERVER_NAME: 'localhost',
    SERVER_PORT: '80',
    SERVER_PROTOCOL: 'HTTP/1.1',
    HTTP_X_REQUEST_ID: 'request-1',
    ...variables,
  };
}

export function scgiRequest(asked: Asked): string {
  const { CONTENT_LENGTH, ...others } = variablesOf(asked);
  const head = Object.entries({ CONTENT_LENGTH, SCGI: '1', ...others })
    .map(([name, value]) => `${name}\0${value}\0`)
    .join('');
  return `${head.length}:${head},${asked.body ?? ''}`;
}

/** A program for each request. */
function startCgi(application: string, folder?: string): Promise<RunningApplication> {
  return Promise.resolve({
    async ask(asked) {
      const { PATH_INFO = '', ...variables } = variablesOf(asked);
      const path = PATH_INFO.replace(/[^!-~]|\\/g, (byte) => `\\0${byte.charCodeAt(0).toString(8)}`);
      // The runtime writes environments as UTF-8; a shell has the bytes.
      const setPath = 'PATH_INFO=$(printf %b "$0") exec "$@"';
      const program = new RunningProgram(
        ['/bin/sh', '-c', setPath, path, python.path, adaptor, application],
        {
          cwd: folder ?? fixtures,
          env: { GATEWAY_INTERFACE: 'CGI/1.1', ...variables },
        },
      );
      program.write(asked.body ?? '');
      program.finish();
      const { signal } = await program.ended;
      return { answer: program.output, isCut: signal !== null, errors: () => program.errors };
    },
    stop: () => Promise.resolve({ code: 0, signal: null }),
  });
}

async function scgi(
  program: RunningProgram,
  connect: () => Promise<RawHttpClient>,
): Promise<RunningApplication> {
  await connectable(connect, program);
  return {
    ask: (asked) => converse(program, connect, scgiRequest(asked), asked),
    stop: () => program.stop(),
  };
}

async function startHttp(application: string, folder?: string): Promise<RunningApplication> {
  const program = run(['--http', '127.0.0.1:0', application], folder);
  await program.says(/http:\/\/127\.0\.0\.1:\d+/);
  const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(program.errors)?.[1]);
  return {
    async ask(asked) {
      const { CONTENT_LENGTH, REQUEST_METHOD, PATH_INFO = '', QUERY_STRING } = variablesOf(asked);
      const target = PATH_INFO.replace(
        /[^!-~]|%/g,
        (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
      );
      const length = CONTENT_LENGTH === '0' ? '' : `Content-Length: ${CONTENT_LENGTH}\r\n`;
      const head = `${REQUEST_METHOD} ${target}?${QUERY_STRING} HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: request-1\r\n${length}\r\n`;
      const connect = () => RawHttpClient.connect(port);
      const { answer, isCut, errors } = await converse(program, connect, head + (asked.body ?? ''), asked);
      return {
        answer: answer.replace(/^HTTP\/1\.1 /, 'Status: ').replace('\r\nConnection: close\r\n', '\r\n'),
        isCut,
        errors,
      };
    },
    stop: () => program.stop(),
  };
}

async function converse(
  program: RunningProgram,
  connect: () => Promise<RawHttpClient>,
  request: string,
  { body = '', length = body.length }: Asked,
): Promise<Answered> {
  const before = program.errors.length;
  const client = await connect();
  client.send(request);
  if (length > body.length) client.finish();
  const answer = await client.untilOver(15_000);
  const isCut = client.reset;
  client.leave();
  return { answer, isCut, errors: () => program.errors.slice(before) };
}

async function connectable(connect: () => Promise<RawHttpClient>, program: RunningProgram): Promise<void> {
  let is = false;
  let trying = false;
  await until(
    () => {
      if (program.isOver) throw new Error(`expected a server, found: ${program.errors}`);
      if (is || trying) return is;
      trying = true;
      connect()
        .then((client) => {
          client.leave();
          is = true;
        })
        .catch(() => {})
        .finally(() => {
          trying = false;
        });
      return false;
    },
    'a server that takes connections',
    15_000,
  );
}
