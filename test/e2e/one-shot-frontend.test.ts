import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { makeFrontend } from './make-frontend.ts';
import { endProcessesIn } from './processes-in.ts';
import { runCommand } from './run-command.ts';

const bin = resolve(import.meta.dirname, '../../bin/spillway');

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-one-shot-'));
});

afterEach(async () => {
  await endProcessesIn(folder);
  rmSync(folder, { recursive: true, force: true });
});

function script(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
}

const program = (text: string): void =>
  script('program.sh', `#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\n${text}\n`);

const withProgram = (more = '', cgi = ''): string =>
  `applications:\n  wiki:\n    at: /\n    cgi: { program: ./program.sh${cgi} }\n    ${more}\n`;

interface Answered {
  readonly pid: number;
  readonly code: number | null;
  readonly head: string;
  readonly body: string;
  readonly errors: string;
}

interface Request {
  readonly variables?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly arguments?: readonly string[];
}

function begin(path: string, { variables = {}, arguments: words = [] }: Request): ChildProcess {
  return spawn(path, words, {
    // Not of the test's own environment: a web server makes one anew.
    env: { GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET', SCRIPT_FILENAME: path, ...variables },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
}

/** Runs a frontend as a web server does. */
function ask(path: string, request: Request = {}): Promise<Answered> {
  const child = begin(path, request);
  let [output, errors] = ['', ''];
  child.stdout?.setEncoding('latin1').on('data', (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(request.body ?? '', 'latin1');
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => {
      const end = output.indexOf('\r\n\r\n');
      const [head, body] = [output.slice(0, end), output.slice(end + 4)];
      done({ pid: child.pid ?? 0, code, head, body, errors });
    });
  });
}

describe('a program in the exec lane of a one-shot frontend', { timeout: 30_000 }, () => {
  test('is the same process, with default signals and limits, and no descriptor but 0 to 2', async () => {
    program('echo pid $$; ls /proc/self/fd; grep -E "^Sig(Ign|Blk)" /proc/self/status; ulimit -S -n');
    const { path } = await makeFrontend(folder, withProgram('policies: [ fixed ]'));
    const { pid, body } = await ask(path);
    const lines = body.split('\n');
    expect(lines[0]).toBe(`pid ${pid}`);
    // The last is that of `ls` itself. What the program has, its children have as well.
    expect(lines.slice(1, 5)).toEqual(['0', '1', '2', '3']);
    expect(body).toMatch(/^SigBlk:\s+0+$/m);
    expect(body).toMatch(/^SigIgn:\s+0+$/m);
    expect(lines.at(-2)).toBe('1024');
  });

  test('reads its body from an untouched standard input, byte for byte', async () => {
    program('cat');
    const { path } = await makeFrontend(folder, withProgram('policies: [ fixed ]'));
    const sent = String.fromCharCode(...Array.from({ length: 256 }, (_, unit) => unit)).repeat(1000);
    const { body } = await ask(path, { variables: { CONTENT_LENGTH: String(sent.length) }, body: sent });
    expect(body === sent).toBe(true);
  });

  test('gets variables that are not UTF-8 as they are, in its own folder', async () => {
    program('pwd; printf %s "$HTTP_X" | od -An -tx1; echo "$HTTP_PROXY" | wc -c');
    const { path } = await makeFrontend(folder, withProgram('policies: [ fixed ]'));
    script('send.sh', `#!/bin/sh\nHTTP_X=$(printf '\\377\\303\\244') HTTP_PROXY=evil exec ${path}\n`);
    const { body } = await ask(join(folder, 'send.sh'));
    expect(body.split('\n').slice(0, 3)).toEqual([folder, ' ff c3 a4', '1']);
  });

  test('runs with the umask, niceness and limits of the configuration', async () => {
    program('umask; ulimit -n; nice');
    const process = ', umask: "0027", nice: 5, limits: { files: 99 }';
    const { path } = await makeFrontend(folder, withProgram('policies: [ fixed ]', process));
    expect((await ask(path)).body.split('\n').slice(0, 3)).toEqual(['0027', '99', '5']);
  });

  test.skipIf(process.getuid?.() !== 0)(
    'runs as the configured user, where the web server is root',
    async () => {
      program('id -u -n');
      chmodSync(folder, 0o755);
      const { path } = await makeFrontend(folder, withProgram('policies: [ fixed ]', ', user: nobody'));
      expect((await ask(path)).body).toBe('nobody\n');
    },
  );

  test('that cannot be run is a plain 502 with an id, and a reason under that id on standard error', async () => {
    program('true');
    const { path } = await makeFrontend(folder, withProgram('policies: [ fixed ]'));
    rmSync(join(folder, 'program.sh'));
    const { head, body, errors } = await ask(path, { variables: { UNIQUE_ID: 'of-the-server' } });
    expect(head).toContain('Status: 502 Bad Gateway');
    expect(body).toContain('of-the-server');
    expect(errors).toContain('spillway: of-the-server: ');
    expect(errors).toContain('program.sh');
  });
});

describe('policies of a one-shot frontend', { timeout: 30_000 }, () => {
  const counting = `export default {
    name: 'counting', when: 'never but in this test', source: 'this test',
    parameters: {}, signals: [], reasons: ['third'],
    create({ saved }) {
      let seen = typeof saved === 'number' ? saved : 0;
      return {
        arrive() { seen += 1; return seen % 3 === 0 ? { shed: 'third', retryAfterMs: 1000 } : undefined; },
        snapshot: () => seen,
      };
    },
  };`;

  test('go on from what the request before has left, and a broken snapshot is no trouble', async () => {
    program('true');
    writeFileSync(join(folder, 'counting.js'), counting);
    const { path, state } = await makeFrontend(folder, withProgram('policies: [ ./counting.js ]'));
    const statuses: string[] = [];
    const visit = async (): Promise<void> => {
      const { head } = await ask(path);
      statuses.push(/^Status: (\d+)/.exec(head)?.[1] ?? '200');
    };
    for (let turn = 0; turn < 4; turn += 1) await visit();
    expect(statuses).toEqual(['200', '200', '503', '200']);
    writeFileSync(join(state, 'snapshot.json'), '{"policies":{"coun');
    for (let turn = 0; turn < 3; turn += 1) await visit();
    expect(statuses.slice(4)).toEqual(['200', '200', '503']);
    expect(statSync(join(state, 'counts', 'wiki,shed,counting,third')).size).toBe(2);
  });

  test('that are no longer there are stood in for by the fail-safe', async () => {
    program('echo served');
    writeFileSync(join(folder, 'counting.js'), counting);
    const { path, state } = await makeFrontend(folder, withProgram('policies: [ ./counting.js ]'));
    rmSync(join(state, 'policy-counting.js'));
    const { body, errors } = await ask(path);
    expect(body).toBe('served\n');
    expect(errors).toContain('the policy counting failed at create');
    expect(statSync(join(state, 'counts', 'wiki,exec,failsafe,policy_fault')).size).toBe(1);
  });
});

describe('the limit of a lane', { timeout: 30_000 }, () => {
  /** A program that runs until the file `go` is there. */
  const waiting = (): void => program('echo begun; while ! [ -e go ]; do sleep 0.02; done');

  async function occupy(path: string): Promise<ChildProcess> {
    const child = begin(path, {});
    await new Promise((done) => child.stdout?.once('data', done));
    return child;
  }

  test('counts programs that run, and who cannot wait gets the page', async () => {
    waiting();
    const limits = 'policies: [ fixed: { exec: 1 } ]\n    queue: { max: 1, timeout: 200ms }';
    const { path, state } = await makeFrontend(folder, withProgram(limits));
    await occupy(path);
    const { head } = await ask(path);
    expect(head).toContain('Status: 503');
    expect(head).toMatch(/Retry-After: \d+/);
    expect(statSync(join(state, 'counts', 'wiki,shed,admission,queue_timeout')).size).toBe(1);
    writeFileSync(join(folder, 'go'), '');
  });

  test('lets who waits in when a place is free, also that of a program that was killed', async () => {
    waiting();
    const limits = 'policies: [ fixed: { exec: 1 } ]\n    queue: { max: 5, timeout: 20s }';
    const { path } = await makeFrontend(folder, withProgram(limits));
    const first = await occupy(path);
    const second = ask(path);
    first.kill('SIGKILL');
    writeFileSync(join(folder, 'go'), '');
    expect((await second).body).toBe('begun\n');
  });

  test('refuses at once who finds the queue full', async () => {
    waiting();
    const limits = 'policies: [ fixed: { exec: 1 } ]\n    queue: { max: 1, timeout: 20s }';
    const { path, state } = await makeFrontend(folder, withProgram(limits));
    await occupy(path);
    const waits = ask(path);
    const slots = join(state, 'slots');
    const entered = (): boolean => readdirSync(slots).some((name) => name.endsWith('-waiting'));
    await until(entered, 'one that waits', 20_000);
    const { head, body } = await ask(path, {
      variables: { HTTP_ACCEPT: 'text/html', HTTP_ACCEPT_ENCODING: 'gzip' },
    });
    expect(head).toContain('Status: 503');
    expect(head).toContain('Content-Encoding: gzip');
    expect(gunzipSync(Buffer.from(body, 'latin1')).toString()).toContain('Waiting right now: 1.');
    expect(statSync(join(state, 'counts', 'wiki,shed,admission,queue_full')).size).toBe(1);
    writeFileSync(join(folder, 'go'), '');
    expect((await waits).body).toBe('begun\n');
  });
});

describe('what a visitor must not have a say in', { timeout: 30_000 }, () => {
  test.each([
    ['the executable run by the web server itself', ['/etc/passwd']],
    ['the executable without a script', []],
  ])('%s is a plain 500', async (_, words) => {
    program('true');
    await makeFrontend(folder, withProgram('policies: [ fixed ]'));
    const { head, errors, code } = await ask(join(folder, 'spillway-frontend'), { arguments: words });
    expect(head).toContain('Status: 500');
    expect(errors).toContain('frontend/');
    expect(code).toBe(1);
  });

  test('a query that looks like an option keeps no daemon', async () => {
    program('echo served');
    const { path } = await makeFrontend(folder, withProgram('policies: [ fixed ]'));
    expect((await ask(path, { arguments: ['--keep', path] })).body).toBe('served\n');
    const direct = await ask(join(folder, 'spillway-frontend'), { arguments: ['--keep', path, '0'] });
    expect(direct.head).toContain('Status: 500');
  });
});

describe('spillway frontend', { timeout: 30_000 }, () => {
  const two =
    'listen: [ { http: 127.0.0.1:0 } ]\napplications:\n  wiki: { at: /wiki, cgi: { program: ./program.sh } }\n  blog: { at: /blog, cgi: { program: ./program.sh } }\n';

  async function command(...words: string[]) {
    return await runCommand(bin, ['frontend', ...words], { cwd: folder });
  }

  test('says what it made, and that it is to be made again', async () => {
    program('true');
    writeFileSync(join(folder, 'spillway.yaml'), two);
    const { code, output } = await command(
      'spillway.yaml',
      '--application',
      'blog',
      '--output',
      'blog.cgi',
      '--no-launcher',
    );
    expect(code, output).toBe(0);
    expect(output).toContain('made blog.cgi');
    expect(output).toContain('auto');
    expect(output).toContain('make it again');
    expect(readFileSync(join(folder, 'blog.cgi'), 'utf8').split('\n')[0]).toBe(
      `#!${join(folder, '.spillway', 'spillway-frontend')}`,
    );
    expect((await ask(join(folder, 'blog.cgi'))).head).toContain('Content-Type: text/plain');
  });

  test.each([
    [
      'no application where there are two',
      two,
      ['--output', 'x.cgi'],
      1,
      'expected --application with one of wiki, blog, found none',
    ],
    ['a slip in its name', two, ['--application', 'wikki', '--output', 'x.cgi'], 1, 'did you mean wiki?'],
    ['no output', two, ['--application', 'wiki'], 2, '--output'],
    ['a fault of the file', 'applications: 7\n', ['--output', 'x.cgi'], 1, 'spillway.yaml:1'],
    [
      'an output that cannot be written',
      two,
      ['--application', 'wiki', '--output', 'no/where.cgi', '--no-launcher'],
      1,
      'no such file or directory',
    ],
    [
      'a path that no first line can hold',
      two,
      ['--application', 'wiki', '--output', 'x.cgi', '--executable', './a b'],
      1,
      '--executable',
    ],
    [
      'a folder of programs',
      'listen: [ { http: 127.0.0.1:0 } ]\napplications: { wiki: { at: /, cgi: { directory: . } } }\n',
      ['--output', 'x.cgi'],
      1,
      'make a frontend for each',
    ],
  ])('tells of %s', async (_, configuration, words, expected, said) => {
    program('true');
    writeFileSync(join(folder, 'spillway.yaml'), configuration);
    const { code, output } = await command('spillway.yaml', ...words);
    expect(output).toContain(said);
    expect(output).not.toContain('defect');
    expect(code).toBe(expected);
  });
});
