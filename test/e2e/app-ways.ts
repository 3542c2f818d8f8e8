import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { RawHttpClient } from '../support/raw-http-client.ts';
import { until } from '../support/until.ts';
import { connectScgi, scgiHead } from './ask-scgi.ts';

const root = join(import.meta.dirname, '../..');
const bun = join(root, 'node_modules/.bin/bun');
const main = join(root, 'src/app/main.ts');
const spillway = join(root, 'bin/spillway');

export interface Asked {
  readonly method?: string;
  readonly body?: string;
  /** Bytes that are announced; those of `body` without it. */
  readonly announced?: number;
  readonly variables?: Readonly<Record<string, string>>;
}

/** One request under way. Byte strings. */
export interface AppVisit {
  received(): string;
  send(body: string): void;
  /** Resolves when the answer satisfies the condition. */
  until(condition: (received: string) => boolean): Promise<string>;
  /** Resolves with all of the answer when that has ended, however it did. */
  over(): Promise<string>;
  /** Whether the answer ended in a way that shows a server that it was cut. */
  wasCut(): boolean;
  pause(): void;
  leave(): void;
}

/** An application that runs in one of the ways that there are. */
export interface AppWay {
  visit(path: string, asked?: Asked): Promise<AppVisit>;
  log(): string;
  /** Asks it to finish, as its surroundings do. Resolves with how it ended. */
  stop(): Promise<number | null>;
  end(): Promise<void>;
}

export type WayName = 'CGI' | 'SCGI' | 'worker';

export async function startWay(name: WayName, application: string): Promise<AppWay> {
  if (name === 'CGI') return new CgiWay(application);
  const address = ['127.0.0.1:0'];
  return await ServerWay.start(
    name === 'SCGI'
      ? ['app', application, '--scgi', ...address]
      : ['prefork', '--listen', ...address, '--workers', '1', '--', bun, main, application],
  );
}

/** The answer of a CGI response in its parts. */
export function partsOf(answer: string): { head: string; body: string; status: string } {
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.slice(0, end);
  return { head, body: answer.slice(end + 4), status: /^Status: (.*)/.exec(head)?.[1] ?? '' };
}

function variablesOf(path: string, { method, body = '', announced = body.length, variables }: Asked) {
  return {
    length: announced,
    variables: {
      REQUEST_METHOD: method ?? (announced > 0 ? 'POST' : 'GET'),
      REQUEST_URI: path,
      SERVER_NAME: 'wiki.example',
      SERVER_PORT: '80',
      SCRIPT_NAME: '/wiki',
      ...variables,
    },
  };
}

class CgiWay implements AppWay {
  readonly #application: string;
  readonly #children: ChildProcess[] = [];
  #log = '';

  constructor(application: string) {
    this.#application = application;
  }

  async visit(path: string, asked: Asked = {}): Promise<AppVisit> {
    const { length, variables } = variablesOf(path, asked);
    const child = spawn(bun, [main, this.#application], {
      env: {
        PATH: process.env.PATH,
        GATEWAY_INTERFACE: 'CGI/1.1',
        ...(length > 0 ? { CONTENT_LENGTH: String(length) } : {}),
        ...variables,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    let received = '';
    let isOver = false;
    let signal: NodeJS.Signals | null = null;
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString('utf8');
    });
    child.on('close', (_, by) => {
      signal = by;
      isOver = true;
    });
    child.stdin.write(Buffer.from(asked.body ?? '', 'latin1'));
    return {
      received: () => received,
      send: (body) => child.stdin.write(Buffer.from(body, 'latin1')),
      async until(condition) {
        await until(() => condition(received), 'an answer', 10_000);
        return received;
      },
      async over() {
        await until(() => isOver, 'the end of the program', 15_000);
        return received;
      },
      wasCut: () => signal !== null,
      pause: () => void child.stdout.pause(),
      leave: () => void child.stdout.destroy(),
    };
  }

  log(): string {
    return this.#log;
  }

  async stop(): Promise<null> {
    return null;
  }

  async end(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    }
  }
}

class ServerWay implements AppWay {
  readonly #child: ChildProcess;
  #log = '';

  private constructor(words: readonly string[]) {
    this.#child = spawn(spillway, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output?.on('data', (chunk: Buffer) => {
        this.#log += chunk.toString('utf8');
      });
    }
  }

  static async start(words: readonly string[]): Promise<ServerWay> {
    const way = new ServerWay(words);
    await until(() => way.#port !== undefined, 'a server that listens', 15_000);
    return way;
  }

  get #port(): number | undefined {
    const port = /127\.0\.0\.1:([0-9]+)"/.exec(this.#log)?.[1];
    return port === undefined ? undefined : Number(port);
  }

  async visit(path: string, asked: Asked = {}): Promise<AppVisit> {
    const { length, variables } = variablesOf(path, asked);
    const client: RawHttpClient = await connectScgi(this.#port ?? 0);
    client.send(scgiHead(path, length, { GATEWAY_INTERFACE: 'CGI/1.1', ...variables }) + (asked.body ?? ''));
    return {
      received: () => client.received,
      send: (body) => client.send(body),
      until: (condition) => client.until(condition, 10_000),
      over: () => client.untilOver(15_000),
      wasCut: () => client.reset,
      pause: () => client.pause(),
      leave: () => client.leave(),
    };
  }

  log(): string {
    return this.#log;
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    await until(() => this.#hasEnded, 'the end of the server', 15_000);
    return this.#child.exitCode;
  }

  async end(): Promise<void> {
    if (this.#hasEnded) return;
    this.#child.kill('SIGTERM');
    try {
      await until(() => this.#hasEnded, 'the end of the server', 10_000);
    } finally {
      if (!this.#hasEnded) this.#child.kill('SIGKILL');
    }
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
