import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { documented } from '../support/documented.ts';
import { peer } from '../support/peer.ts';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { FrontServer, type FrontServerKind } from './front-server.ts';
import { overloadAnswer, overloadForms } from './overload-answer.ts';
import { runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

interface Expectations {
  /** Closes its connection to Spillway when the visitor leaves before the answer. */
  readonly noticesWhoLeaves: boolean;
  /** Refuses a target whose bytes are not UTF-8. */
  readonly wantsUtf8: boolean;
  /** Takes a request body of unknown length. */
  readonly takesChunks: boolean;
  /** Variables that may differ from what the same request has over HTTP, and why. */
  readonly differences: Readonly<Record<string, string>>;
}

const git = peer('git', 'git');
const fossil = peer('Fossil', 'fossil');
const gitBackend = '/usr/lib/git-core/git-http-backend';

/** Differ from request to request, or say where the request came in. */
const ofTheConnection = ['REMOTE_PORT', 'SERVER_PORT', 'UNIQUE_ID', 'HTTP_X_REQUEST_ID'];

/** Apache leaves the length out of an answer to HEAD, lighttpd adds the other to one to GET. */
const addedByFronts = ['Content-Length', 'Accept-Ranges'];

const oddTarget = '/vars/a%20b/%c3%a9%FF/./x/../%41;p=1,2/~\'(*)!$&+@:%25%3f%23?q=%20+"&x=%ff&y=[]|\\^';

/** Real programs in Spillway behind one real web server, by SCGI over the Unix socket that docs/web-servers.md shows. */
export function describeBehind(kind: FrontServerKind, expected: Expectations): void {
  const { noticesWhoLeaves, takesChunks, wantsUtf8, differences } = expected;
  let gateway: RunningSpillway | undefined;
  let front: FrontServer | undefined;

  afterEach(async () => {
    await front?.stop();
    front = undefined;
    const code = gateway === undefined ? 0 : await gateway.stop();
    gateway = undefined;
    expect(code).toBe(0);
  });

  async function serve(
    folder: string,
    applications: string,
    over: 'unix' | 'tcp' = 'unix',
  ): Promise<[FrontServer, RunningSpillway]> {
    // The front server runs as a user of its own, who has to find the socket.
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'uploads'), { mode: 0o777 });
    chmodSync(join(folder, 'uploads'), 0o777);
    const socket = join(folder, 'spillway.sock');
    const withRights = documented('front-spillway').replace('/run/spillway/spillway.sock', socket);
    const listen = process.getuid?.() === 0 ? withRights : withRights.replace(/, group: [\w-]+/, '');
    const entries = listen.replace('listen: [', 'listen: [ { http: 127.0.0.1:0 }, { scgi: 127.0.0.1:0 },');
    const running = await RunningSpillway.startWhole(
      folder,
      `${entries}\nadmin: 127.0.0.1:0\nlog: { format: json }\napplications:\n${applications}`,
    );
    gateway = running;
    const tcp = running.log
      .map((line) => String(line.address))
      .find((address) => address.startsWith('scgi://'))
      ?.replace('scgi://', '');
    front = await FrontServer.start(kind, folder, over === 'unix' ? socket : (tcp ?? ''));
    return [front, running];
  }

  function program(folder: string, name: string, script: string): string {
    writeFileSync(join(folder, `${name}.cgi`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return `  ${name}: { at: /${name}, cgi: { program: ./${name}.cgi, timeout: 2s }, policies: [ fixed ] }\n`;
  }

  async function run(command: string, folder: string, ...args: string[]): Promise<string> {
    const env = { HOME: folder, USER: 'admin', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
    const { code, output } = await runCommand(command, args, { cwd: folder, env, deadlineMs: 60_000 });
    expect(code, `${command} ${args.join(' ')}: ${output}`).toBe(0);
    return output;
  }

  /** What one whole raw request gets, which must ask for `Connection: close`. */
  async function exchange(port: number, request: string): Promise<string> {
    const client = await RawHttpClient.connect(port);
    client.send(request);
    const answer = await client.untilOver(15_000);
    client.leave();
    return answer;
  }

  describe.skipIf(!kind.program.available)(`behind ${kind.name}`, () => {
    test.skipIf(!fossil.available)('a Fossil repository can be cloned and pushed to', async () => {
      const folder = RunningSpillway.folder();
      const repository = join(folder, 'served.fossil');
      await run(fossil.path, folder, 'init', '--admin-user', 'admin', repository);
      await run(fossil.path, folder, 'user', 'password', 'admin', 'secret', '-R', repository);
      writeFileSync(join(folder, 'repo.cgi'), `#!${fossil.path}\nrepository: ${repository}\n`, {
        mode: 0o755,
      });
      const [{ port, address }, running] = await serve(
        folder,
        '  repo: { at: /repo, cgi: { program: ./repo.cgi }, policies: [ fixed ] }\n',
      );
      const url = `http://admin:secret@127.0.0.1:${port}/repo`;
      const one = join(folder, 'one');
      mkdirSync(one);
      await run(fossil.path, one, 'clone', url, 'one.fossil');
      await run(fossil.path, one, 'open', '--force', '--nosync', 'one.fossil');
      await run(fossil.path, one, 'settings', 'autosync', 'off');
      writeFileSync(join(one, 'page.txt'), 'content '.repeat(50_000));
      await run(fossil.path, one, 'add', 'page.txt');
      await run(fossil.path, one, 'commit', '-m', 'one page', '--no-warnings');
      await run(fossil.path, one, 'push', url, '--once');
      const raw = await fetch(`${address}/repo/raw/page.txt?ci=tip`);
      expect(await raw.text()).toBe('content '.repeat(50_000));
      const posted = () =>
        running.requests().filter(({ method, status }) => method === 'POST' && status === 200);
      await running.until(() => posted().length >= 2);
    });

    test.skipIf(!git.available || !existsSync(gitBackend))(
      '20 MB can be pushed by git and cloned',
      async () => {
        const folder = RunningSpillway.folder();
        const served = join(folder, 'served', 'project.git');
        mkdirSync(served, { recursive: true });
        await run(git.path, served, 'init', '--bare', '-q', '-b', 'main');
        await run(git.path, served, 'config', 'http.receivepack', 'true');
        writeFileSync(join(folder, 'git.cgi'), `#!/bin/sh\nexec ${gitBackend}\n`, { mode: 0o755 });
        const [{ address }] = await serve(
          folder,
          '  git: { at: /git, cgi: { program: ./git.cgi }, policies: [ fixed ], environment: { GIT_PROJECT_ROOT: ./served, GIT_HTTP_EXPORT_ALL: "1", REMOTE_USER: tester } }\n',
        );
        const here = join(folder, 'here');
        mkdirSync(here);
        const data = randomBytes(20 << 20);
        await run(git.path, here, 'init', '-q', '-b', 'main');
        writeFileSync(join(here, 'data.bin'), data);
        await run(git.path, here, 'add', 'data.bin');
        const identity = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.org'];
        await run(git.path, here, ...identity, 'commit', '-q', '-m', 'twenty megabytes');
        const whole = takesChunks ? [] : ['-c', 'http.postBuffer=50000000'];
        await run(git.path, here, ...whole, 'push', '-q', `${address}/git/project.git`, 'main');
        await run(git.path, folder, 'clone', '-q', `${address}/git/project.git`, 'there');
        expect(Buffer.compare(readFileSync(join(folder, 'there', 'data.bin')), data)).toBe(0);
      },
    );

    test.each(['unix', 'tcp'] as const)(
      'the overload page arrives whole over %s while 20 MB are still being sent',
      async (over) => {
        const folder = RunningSpillway.folder();
        writeFileSync(
          join(folder, 'closed.ts'),
          `export default { name: 'closed', when: 'in this test', source: 'this test', parameters: {}, signals: [], reasons: ['closed'],
            create: () => ({ arrive: () => ({ shed: 'closed', retryAfterMs: 3000 }) }) };\n`,
        );
        writeFileSync(join(folder, 'never.cgi'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
        const [{ port }] = await serve(
          folder,
          '  never: { at: /, cgi: { program: ./never.cgi }, policies: [ ./closed.ts ] }\n',
          over,
        );
        const client = await RawHttpClient.connect(port);
        client.send(
          'POST /x HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\nConnection: close\r\nContent-Length: 20000000\r\n\r\n',
        );
        for (let sent = 0; sent < 20; sent++) {
          client.send(Buffer.alloc(1_000_000, 'x'));
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        const page = await client.untilOver(15_000);
        client.leave();
        expect(page).toMatch(/^HTTP\/1.1 503 /);
        expect(page).toMatch(/\r\nRetry-After: [3-6]\r\n/i);
        expect(page.trimEnd().endsWith('</html>')).toBe(true);
      },
    );

    test('the overload page is the same as from Spillway itself, in every form', async () => {
      const folder = RunningSpillway.folder();
      writeFileSync(
        join(folder, 'closed.ts'),
        `export default { name: 'closed', when: 'in this test', source: 'this test', parameters: {}, signals: [], reasons: ['over_fair_share'],
          create: () => ({ arrive: () => ({ shed: 'over_fair_share', retryAfterMs: 1 }) }) };\n`,
      );
      writeFileSync(join(folder, 'never.cgi'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      const [{ address }, running] = await serve(
        folder,
        '  never: { at: /, cgi: { program: ./never.cgi }, policies: [ ./closed.ts ], overload_page: { reasons: { over_fair_share: { status: 429 } } } }\n',
      );
      for (const { method, headers } of overloadForms) {
        const [direct, fronted] = await Promise.all(
          [running.address, address].map((base) => overloadAnswer(`${base}/x`, { method, headers })),
        );
        expect(fronted, JSON.stringify(headers)).toEqual(direct);
        expect(fronted?.status).toBe(429);
      }
    });

    test('HEAD has the head of GET and no body', async () => {
      const folder = RunningSpillway.folder();
      const [{ port }] = await serve(
        folder,
        program(
          folder,
          'page',
          'printf "Content-Type: text/plain\\nContent-Length: 5\\nX-Own: 1\\n\\nhello"',
        ),
      );
      const fields = 'Host: h\r\nConnection: close\r\n\r\n';
      const get = await exchange(port, `GET /page HTTP/1.1\r\n${fields}`);
      const head = await exchange(port, `HEAD /page HTTP/1.1\r\n${fields}`);
      expect(get).toMatch(/^HTTP\/1.1 200 OK\r\n.*\r\n\r\nhello$/s);
      const names = (answer: string) =>
        answer
          .slice(0, answer.indexOf('\r\n\r\n'))
          .split('\r\n')
          .map((line) => line.split(':')[0] ?? '')
          .filter((name) => !addedByFronts.includes(name))
          .sort();
      expect(names(head)).toEqual(names(get));
      expect(head.endsWith('\r\n\r\n')).toBe(true);
    });

    test('a request with odd bytes has the same variables as over HTTP', async () => {
      const folder = RunningSpillway.folder();
      const [{ port }, running] = await serve(
        folder,
        program(folder, 'vars', 'printf "Content-Type: application/octet-stream\\n\\n"; env -0 | sort -z'),
      );
      const variables = async (to: number): Promise<Map<string, string>> => {
        const answer = await exchange(
          to,
          [
            `GET ${wantsUtf8 ? oddTarget.replaceAll(/%ff/gi, '') : oddTarget} HTTP/1.1`,
            `Host: 127.0.0.1:${to}`,
            'Connection: close',
            'User-Agent: caf\xe9',
            'X-One: 1',
            'X-One: 2',
            'Cookie: a=1',
            'Cookie: b=2',
            'Authorization: Basic eDp5',
            'Proxy: evil',
            '',
            '',
          ].join('\r\n'),
        );
        expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
        const entries = answer
          .slice(answer.indexOf('\r\n\r\n') + 4)
          .split('\0')
          .filter((entry) => entry.includes('='))
          .map((entry): [string, string] => {
            const equals = entry.indexOf('=');
            // In chunks, a size may stand before the first variable.
            const name = entry.slice(0, equals).split('\r\n').at(-1) ?? '';
            return [name, entry.slice(equals + 1).replaceAll(`:${to}`, ':PORT')];
          });
        return new Map(entries.filter(([name]) => !ofTheConnection.includes(name)));
      };
      const direct = await variables(running.port);
      const fronted = await variables(port);
      expect(direct.get('PATH_INFO')).toBe(`/a b/\xc3\xa9${wantsUtf8 ? '' : '\xff'}/A;p=1,2/~'(*)!$&+@:%?#`);
      const names = new Set([...direct.keys(), ...fronted.keys()]);
      const differing = [...names].filter((name) => direct.get(name) !== fronted.get(name));
      expect(differing.sort(), JSON.stringify(Object.fromEntries(fronted), null, 1)).toEqual(
        Object.keys(differences).sort(),
      );
    });

    const leavingTest = noticesWhoLeaves ? test : undefined;
    leavingTest?.('the program is ended when the visitor leaves', async () => {
      const folder = RunningSpillway.folder();
      const mark = `61.${process.pid}${kind.name.length}`;
      const yaml = program(folder, 'slow', `sleep ${mark} & sleep ${mark}`).replace(
        'timeout: 2s',
        'timeout: 60s',
      );
      const [{ port }, running] = await serve(folder, yaml);
      const client = await RawHttpClient.connect(port);
      client.send('GET /slow HTTP/1.1\r\nHost: h\r\n\r\n');
      await running.until(() => countOf(`sleep ${mark}`) === 2);
      client.leave();
      await running.until(() => countOf(`sleep ${mark}`) === 0);
      await running.until(async () => (await running.metric('spillway_abandoned_total')) === 1);
    });

    test.each([
      ['of unknown length, over TCP,', '', 'tcp'],
      ['of known length, over a Unix socket,', 'Content-Length: 100\\n', 'unix'],
    ] as const)('an answer %s that breaks off does not look whole', async (_what, length, over) => {
      const folder = RunningSpillway.folder();
      const [{ address }] = await serve(
        folder,
        program(folder, 'half', `printf "Content-Type: text/plain\\n${length}\\nhalf"; sleep 60`),
        over,
      );
      await expect(fetch(`${address}/half`).then((response) => response.text())).rejects.toThrow();
    });
  });
}

/** How many processes have this command line. */
function countOf(command: string): number {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === command;
    } catch {
      return false;
    }
  }).length;
}
