import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { documented } from '../support/documented.ts';
import { peer } from '../support/peer.ts';
import { until } from '../support/until.ts';
import { FrontServer, type FrontServerKind, freePort } from './front-server.ts';
import { makeFrontend } from './make-frontend.ts';
import { overloadAnswer, overloadForms } from './overload-answer.ts';
import { endProcessesIn } from './processes-in.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

const fossil = peer('Fossil', 'fossil');
const compiler = peer('C compiler', 'cc');
const guestbook = resolve(import.meta.dirname, '../../demo/guestbook');

/** One-shot frontends in the folder of CGI programs of a real web server, with the documented configuration of it. */
export function describeFrontendBehind(kind: FrontServerKind): void {
  let folder = '';
  let front: FrontServer | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spillway-frontend-'));
    // The web server has a user of its own, who keeps the locks of TCP daemons beside the configuration.
    chmodSync(folder, 0o777);
    for (const name of ['uploads', 'data']) {
      mkdirSync(join(folder, name));
      chmodSync(join(folder, name), 0o777);
    }
  });

  afterEach(async () => {
    await front?.stop();
    front = undefined;
    await endProcessesIn(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(application: string, { launcher = false } = {}): Promise<void> {
    writeFileSync(join(folder, 'always-shed.js'), alwaysShed);
    await makeFrontend(folder, `applications:\n  wiki:\n    at: /wiki\n    ${application}\n`, { launcher });
    const part = documented(`frontend-${kind.name}`).replaceAll('/usr/lib/cgi-bin', folder);
    front = await FrontServer.startWith(kind, folder, part);
  }

  const address = (): string => front?.address ?? '';
  const decisions = (): string[] =>
    readdirSync(join(folder, 'wiki.state', 'counts'))
      .filter((name) => name.includes(','))
      .sort();

  /** An answer is counted when it is over, which the visitor may see first. */
  async function untilDecided(only: string): Promise<void> {
    await until(() => decisions().length > 0, 'a decision counted', 10_000);
    expect(decisions()).toEqual([only]);
  }

  describe(`frontends behind ${kind.name}`, { timeout: 60_000 }, () => {
    const guestbookIn = (policies: string): string =>
      `cgi: { program: ${guestbook}/guestbook.cgi }
    scgi:
      address: unix:./data/guestbook.sock
      daemon: { command: [${guestbook}/guestbook.scgi, ./data/guestbook.sock], start_timeout: 15s, idle_timeout: 2s }
    environment: { GUESTBOOK_DATA: ./data }
    policies: ${policies}`;

    async function signTheGuestBook(): Promise<string> {
      const form = new URLSearchParams({ name: 'Ada <b>', message: 'first' });
      const posted = await fetch(`${address()}/wiki/`, { method: 'POST', body: form, redirect: 'manual' });
      expect(posted.status, front?.output).toBe(303);
      return await (await fetch(`${address()}/wiki/`)).text();
    }

    test('the demo application is served in the exec lane', async () => {
      await serve(guestbookIn('[ fixed: { lane: exec } ]'));
      const page = await signTheGuestBook();
      expect(page).toContain('Ada &lt;b&gt;');
      expect(page).toContain('Served <strong>by a CGI program');
      await untilDecided('wiki,exec,fixed,fixed_lane');
    });

    test('the demo application is served in the forward lane, its daemon started by the first request', async () => {
      await serve(guestbookIn('[ fixed: { lane: forward } ]'));
      expect(existsSync(join(folder, 'data/guestbook.sock'))).toBe(false);
      const page = await signTheGuestBook();
      expect(page).toContain('Ada &lt;b&gt;');
      expect(page).toContain('Served <strong>by the SCGI daemon');
      expect(statSync(join(folder, 'data/guestbook.sock')).isSocket()).toBe(true);
      await untilDecided('wiki,forward,fixed,fixed_lane');
    });

    test('visitors are shed with a real 503, Retry-After and the page that they understand, by a policy of the operator', async () => {
      await serve(guestbookIn('[ ./always-shed.js ]'));
      const accept = { Accept: 'text/html', 'Accept-Language': 'de' };
      const answer = await fetch(`${address()}/wiki/`, { headers: accept });
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(7);
      expect(answer.headers.get('content-language')).toBe('de');
      expect(await answer.text()).toContain('<html lang="de" dir="ltr">');
      const posted = await fetch(`${address()}/wiki/`, { method: 'POST', body: 'x'.repeat(5_000_000) });
      expect(posted.status).toBe(503);
      expect(await posted.text()).not.toBe('');
      expect((await fetch(`${address()}/wiki/`, { method: 'HEAD' })).status).toBe(503);
      await untilDecided('wiki,shed,always-shed,closed');
    });

    test('the overload page is the one that a gateway sends, in every form', async () => {
      const page = 'overload_page: { contact: help@example.org, status: 429 }';
      await serve(`${guestbookIn('[ ./always-shed.js ]')}\n    ${page}`);
      const place = RunningSpillway.folder();
      writeFileSync(join(place, 'always-shed.js'), alwaysShed);
      const gateway = await RunningSpillway.start(
        place,
        `applications:\n  wiki:\n    at: /wiki\n    cgi: { program: ${guestbook}/guestbook.cgi }\n    policies: [ ./always-shed.js ]\n    ${page}\n`,
      );
      try {
        const encodings = new Set<string | null | undefined>();
        for (const form of overloadForms) {
          const [own, other] = await Promise.all(
            [address(), gateway.address].map((base) => overloadAnswer(`${base}/wiki/x`, form)),
          );
          expect(own, JSON.stringify(form)).toEqual(other);
          encodings.add(own?.fields['content-encoding']);
        }
        expect(encodings).toEqual(new Set([null, 'gzip']));
      } finally {
        await gateway.stop();
      }
    });

    test.skipIf(!compiler.available)(
      'with the launcher in C every lane is served as without it',
      async () => {
        for (const [policy, lane] of [
          ['fixed: { lane: exec }', 'exec'],
          ['fixed: { lane: forward }', 'forward'],
          ['./always-shed.js', 'shed'],
        ]) {
          await serve(guestbookIn(`[ ${policy} ]`), { launcher: true });
          expect(readFileSync(join(folder, 'wiki.cgi')).subarray(0, 4).toString('latin1')).toBe('\x7fELF');
          const answers: number[] = [];
          for (let turn = 0; turn < 20; turn += 1) answers.push((await fetch(`${address()}/wiki/`)).status);
          expect(new Set(answers), front?.output).toEqual(new Set([lane === 'shed' ? 503 : 200]));
          const total = (): number =>
            decisions()
              .filter((name) => name.startsWith(`wiki,${lane},`))
              .reduce((sum, name) => sum + statSync(join(folder, 'wiki.state', 'counts', name)).size, 0);
          await until(() => total() >= 20, 'every request counted', 10_000);
          expect(total()).toBe(20);
          await front?.stop();
        }
      },
    );

    test('programs have the variables of the web server, and no HTTP_PROXY', async () => {
      writeFileSync(
        join(folder, 'vars.sh'),
        "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'; env\n",
      );
      chmodSync(join(folder, 'vars.sh'), 0o755);
      await serve('cgi: { program: ./vars.sh }\n    policies: [ fixed ]\n    environment: { LANG: C.UTF-8 }');
      const headers = { Proxy: 'http://evil.example', Cookie: 'a=b', Authorization: 'Basic eDp5' };
      const text = await (await fetch(`${address()}/wiki/a%20b/c?q=1%202`, { headers })).text();
      const lines = text.split('\n');
      for (const line of [
        'SCRIPT_NAME=/wiki',
        'PATH_INFO=/a b/c',
        'QUERY_STRING=q=1%202',
        'HTTP_COOKIE=a=b',
        'HTTP_AUTHORIZATION=Basic eDp5',
        'LANG=C.UTF-8',
        'REQUEST_METHOD=GET',
      ])
        expect(lines).toContain(line);
      expect(text).not.toContain('evil');
    });

    test('without its files the visitor gets a plain 500 with an id, and the log the reason under that id', async () => {
      await serve(guestbookIn('[ fixed: { lane: exec } ]'));
      writeFileSync(join(folder, 'wiki.cgi'), `#!${join(folder, 'spillway-frontend')}\n{"version":1, half a`);
      const answer = await fetch(`${address()}/wiki/`);
      expect(answer.status).toBe(500);
      expect(answer.headers.get('content-type')).toContain('text/plain');
      const id = (await answer.text()).trim().split('\n').at(-1) ?? '?';
      await untilLogged(kind, folder, () => front?.output ?? '', `spillway: ${id}: `);
    });

    describe.skipIf(!fossil.available)('a Fossil repository: clone, push, sync and pages', () => {
      test.each(['exec', 'forward'])('in the %s lane', async (lane) => {
        await serveRepository(`[ fixed: { lane: ${lane} } ]`);
        await work();
        await untilDecided(`wiki,${lane},fixed,fixed_lane`);
      });

      test('and when it is shed, Fossil says so and loses nothing', async () => {
        await serveRepository('[ ./always-shed.js ]');
        const cloned = await fossilIn(folder, 1, 'clone', `${address()}/wiki`, join(folder, 'one.fossil'));
        expect(cloned.output).toContain('503');
      });

      async function serveRepository(policies: string): Promise<void> {
        const repository = join(folder, 'data', 'served.fossil');
        await fossilIn(folder, 0, 'init', '--admin-user', 'admin', repository);
        await fossilIn(folder, 0, 'user', 'password', 'admin', 'secret', '-R', repository);
        chmodSync(repository, 0o666);
        writeFileSync(join(folder, 'repo.cgi'), `#!${fossil.path}\nrepository: ${repository}\n`);
        chmodSync(join(folder, 'repo.cgi'), 0o755);
        // Fossil speaks SCGI over TCP only.
        const port = await freePort();
        await serve(`cgi: { program: ./repo.cgi }
    scgi: { address: 127.0.0.1:${port}, daemon: { command: [${fossil.path}, server, ${repository}, --scgi, --localhost, --port, "${port}", --nojail], start_timeout: 15s } }
    environment: { HOME: ./data }
    policies: ${policies}`);
      }

      async function work(): Promise<void> {
        const url = `${address().replace('http://', 'http://admin:secret@')}/wiki`;
        const [one, two] = [join(folder, 'one'), join(folder, 'two')];
        for (const checkout of [one, two]) {
          mkdirSync(checkout);
          await fossilIn(checkout, 0, 'clone', url, `${checkout}.fossil`);
          await fossilIn(checkout, 0, 'open', '--nosync', `${checkout}.fossil`);
          await fossilIn(checkout, 0, 'settings', 'autosync', 'off');
        }
        writeFileSync(join(one, 'page.txt'), 'content '.repeat(50_000));
        await fossilIn(one, 0, 'add', 'page.txt');
        await fossilIn(one, 0, 'commit', '-m', 'one page', '--no-warnings');
        await fossilIn(one, 0, 'push', url, '--once');
        await fossilIn(two, 0, 'sync', url, '--once');
        await fossilIn(two, 0, 'update');
        expect(await Bun.file(join(two, 'page.txt')).text()).toBe('content '.repeat(50_000));
        const raw = await fetch(`${address()}/wiki/raw/page.txt?ci=tip`);
        expect(await raw.text()).toBe('content '.repeat(50_000));
      }

      async function fossilIn(place: string, code: number, ...args: string[]): Promise<CommandResult> {
        const result = await runCommand(fossil.path, args, {
          cwd: place,
          env: { USER: 'admin', HOME: folder },
        });
        expect(result.code, `fossil ${args.join(' ')}: ${result.output}\n${front?.output}`).toBe(code);
        return result;
      }
    });
  });
}

const alwaysShed = `export default {
  name: 'always-shed', when: 'never but in this test', source: 'this test',
  parameters: {}, signals: [], reasons: ['closed'],
  create: () => ({ arrive: () => ({ shed: 'closed', retryAfterMs: 7000 }) }),
};\n`;

/** Apache has a log of its own, lighttpd writes to standard error. */
async function untilLogged(
  kind: FrontServerKind,
  folder: string,
  output: () => string,
  text: string,
): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const log = join(folder, `${kind.name}.log`);
    const logged = existsSync(log) ? await Bun.file(log).text() : output();
    if (logged.includes(text)) return;
    if (Date.now() > deadline) throw new Error(`expected ${text} in the log, found: ${logged}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
