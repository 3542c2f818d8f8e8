import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { peer } from '../support/peer.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

const bin = join(import.meta.dirname, '../../bin/spillway');
const curl = peer('curl', 'curl');
const python = peer('Python', 'python3');
const isRoot = process.getuid?.() === 0;

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

const publisher = `#!/bin/sh
printf 'Content-Type: text/plain\\n\\n'
${curl.path} --silent --unix-socket "\${SPILLWAY_BUS#unix:}" --header "Authorization: Bearer $SPILLWAY_BUS_TOKEN" \\
  --data "{\\"event\\":\\"$QUERY_STRING\\"}" http://spillway/bus/publish
`;

const environment = '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nenv\n';

const wsgi = `from spillway_wsgi import bus
import os
def heard(event):
    with open('heard', 'a') as file:
        file.write('%d %s %s\\n' % (os.getpid(), event['from'], event['payload']))
bus.subscribe('reload', heard)
def application(environ, start_response):
    name, _, value = environ['QUERY_STRING'].partition('=')
    if name == 'publish':
        environ['spillway.bus'].publish('reload', payload=value)
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [str(os.getpid()).encode()]
`;

/** A path that ends with `/program` is answered by a program of its own, any other by the daemon. */
const byPath = `export default {
  name: 'by-path', when: 'In a test.', source: 'A test.', parameters: {}, signals: ['lanes'], reasons: ['path'],
  create: () => ({
    dispatch: (view) => ({ lane: view.meta('PATH_INFO') === '/program' ? 'exec' : 'forward', reason: 'path' }),
  }),
};
`;

async function start(applications: string): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  copyFileSync(join(import.meta.dirname, 'fixtures/heard-application.ts'), join(folder, 'wiki.ts'));
  writeFileSync(join(folder, 'tracker.py'), wsgi);
  writeFileSync(join(folder, 'by-path.js'), byPath);
  writeFileSync(join(folder, 'publish.cgi'), publisher, { mode: 0o755 });
  writeFileSync(join(folder, 'environment.cgi'), environment, { mode: 0o755 });
  chmodSync(folder, 0o755);
  gateway = await RunningSpillway.start(
    folder,
    `control: { socket: ./control }\napplications:\n${applications}`,
  );
  return gateway;
}

const command = (running: RunningSpillway, ...words: string[]): Promise<CommandResult> => {
  const [first = '', second = '', third = '', ...rest] = words;
  const file = join(running.folder, 'spillway.yaml');
  return runCommand(bin, third === '' ? [first, second, file] : [first, second, third, file, ...rest]);
};

const ask = async (running: RunningSpillway, path: string): Promise<string> =>
  await (await fetch(running.address + path)).text();

const heard = (running: RunningSpillway): string[] => {
  const file = join(running.folder, 'heard');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
};

const wiki = (more = ''): string =>
  `  wiki: { at: /wiki, app: ./wiki.ts, bus: { allow: [] }, policies: [ fixed: { lane: forward } ]${more} }\n`;

/** Its parent says so in its log when it is heard; asking is the plain way to know. */
async function untilOnTheBus(running: RunningSpillway, application: string): Promise<void> {
  await running.until(async () => {
    const { output } = await command(running, 'bus', 'publish', 'hello', '--application', application);
    return output.includes('1 heard it');
  });
}

describe('an operator', () => {
  test.each([
    ['TypeScript', 'wiki', wiki()],
    [
      'Python',
      'tracker',
      '  tracker: { at: /tracker, wsgi: "tracker:application", bus: { allow: [] }, policies: [ fixed: { lane: forward } ] }\n',
    ],
  ])(
    'tells the workers of an application that something has happened (%s)',
    async (language, name, applications) => {
      if (language === 'Python' && !python.available) return;
      const running = await start(applications);
      const pid = await ask(running, `/${name}`);
      await untilOnTheBus(running, name);
      const { code, output } = await command(
        running,
        'bus',
        'publish',
        'reload',
        '--application',
        name,
        '--payload',
        '7',
      );
      expect(output).toBe(`published reload to ${name}: 1 heard it\n`);
      expect(code).toBe(0);
      await running.until(() => heard(running).length > 0);
      expect(heard(running)).toEqual([`${pid} operator 7`]);
      expect(await ask(running, `/${name}`)).toBe(pid);
    },
  );

  test('replaces the workers of an application by `graceful`', async () => {
    const running = await start(wiki());
    const pid = await ask(running, '/wiki');
    await untilOnTheBus(running, 'wiki');
    await command(running, 'bus', 'publish', 'graceful', '--application', 'wiki');
    await running.until(async () => (await ask(running, '/wiki')) !== pid);
    expect(running.requests().map(({ status }) => status)).not.toContain(503);
  });

  test('has the gateway read its file again, and is told what is wrong with it', async () => {
    const running = await start(wiki());
    expect(await command(running, 'bus', 'publish', 'reload')).toEqual({
      code: 0,
      output: 'published reload to the gateway\n',
    });
    const file = join(running.folder, 'spillway.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('app:', 'ap:'));
    const { code, output } = await command(running, 'bus', 'publish', 'reload');
    expect(code).toBe(1);
    expect(output).toMatch(/spillway\.yaml:\d+:\d+: applications\.wiki\.ap: .*\[bus\/failed\]/);
  });

  test.each([
    [
      'to an application that is not there',
      ['--application', 'none'],
      'expected an application (plain, wiki), found none',
    ],
    ['to one that is not on the bus', ['--application', 'plain'], 'plain is not on the bus'],
    ['with a payload that is no JSON', ['--payload', '{'], 'expected JSON after --payload'],
  ])('is refused %s', async (_what, options, message) => {
    const running = await start(`${wiki()}  plain: { at: /plain, cgi: { program: ./publish.cgi } }\n`);
    const { code, output } = await command(running, 'bus', 'publish', 'reload', ...options);
    expect(code).toBe(1);
    expect(output).toContain(message);
  });

  test('sees everything that is published', async () => {
    const running = await start(wiki());
    const child = spawn(bin, ['bus', 'events', join(running.folder, 'spillway.yaml')]);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await running.until(async () => {
      await command(running, 'bus', 'publish', 'hello', '--application', 'wiki');
      return output !== '';
    });
    running.signal('SIGHUP');
    await running.until(() => output.includes('{"event":"reload","scope":"gateway","from":"SIGHUP"}\n'));
    expect(output).toContain('{"event":"hello","scope":"application","from":"operator"}\n');
    running.signal('SIGTERM');
    expect(await exited).toBe(0);
    expect(output).toContain('{"event":"stop","scope":"gateway","from":"SIGTERM"}\n');
  });
});

describe('an application', () => {
  test('publishes in one worker what all of its workers hear', async () => {
    const running = await start(wiki(', workers: { max: 2, min: 2 }'));
    await ask(running, '/wiki');
    await untilOnTheBus(running, 'wiki');
    // Both are up sooner or later.
    await running.until(async () => {
      await ask(running, '/wiki?publish=news');
      return new Set(heard(running).map((line) => line.split(' ')[0])).size === 2;
    });
    expect(heard(running).every((line) => line.endsWith(' wiki "news"'))).toBe(true);
  });

  test.each([
    ['TypeScript', 'wiki', 'app: ./wiki.ts', '"news"'],
    ['Python', 'tracker', 'wsgi: "tracker:application"', 'news'],
  ])('publishes as a CGI program what its workers hear (%s)', async (language, name, what, payload) => {
    if (language === 'Python' && !python.available) return;
    const running = await start(
      `  ${name}: { at: /${name}, ${what}, bus: { allow: [] }, policies: [ ./by-path.js ] }\n`,
    );
    const worker = await ask(running, `/${name}`);
    await untilOnTheBus(running, name);
    const program = await ask(running, `/${name}/program?publish=news`);
    expect(program).toMatch(/^\d+$/);
    expect(program).not.toBe(worker);
    await running.until(() => heard(running).length > 0);
    expect(heard(running)).toEqual([`${worker} ${name} ${payload}`]);
  });

  test('that is not on the bus finds nothing of it in its environment', async () => {
    const running = await start('  plain: { at: /plain, cgi: { program: ./environment.cgi } }\n');
    const variables = await ask(running, '/plain');
    expect(variables).toContain('REQUEST_METHOD=GET');
    expect(variables).not.toContain('SPILLWAY_BUS');
    expect(existsSync(join(running.folder, 'control.bus'))).toBe(false);
  });

  test.skipIf(!curl.available || !isRoot)(
    'whose programs run as another user reaches the bus all the same, and the control socket not',
    async () => {
      const running = await start(
        '  plain: { at: /plain, cgi: { program: ./publish.cgi, user: nobody }, bus: { allow: [ reload ] } }\n',
      );
      expect(statSync(join(running.folder, 'control')).mode & 0o777).toBe(0o600);
      expect(JSON.parse(await ask(running, '/plain?reload'))).toHaveProperty('heard');
      await running.until(() => running.log.some(({ event }) => event === 'reloaded'));
      expect(JSON.parse(await ask(running, '/plain?graceful'))).toEqual({
        error: 'plain may not publish graceful to the gateway; `bus.allow` of the application allows reload',
        reason: 'not-allowed',
      });
      expect(await running.metric('spillway_bus_refused_total', 'application="plain"')).toBe(1);
      expect(await running.metric('spillway_bus_events_total', 'application="plain"', 'event="reload"')).toBe(
        1,
      );
    },
  );
});
