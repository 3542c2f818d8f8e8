/**
 * The one-shot frontend beside the least that C, Python and Node can do: `bun test/bench/frontend.ts [--quick]`. Wall time and peak memory of one
 * request in each lane; then requests a second under Apache and lighttpd, the launcher beside the C program. Prints Markdown.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { peer } from '../support/peer.ts';
import { CgiServer, cgiServerKinds } from './frontend/cgi-server.ts';
import { FrontendWorkplace, LANES, type Program } from './frontend/frontend-workplace.ts';
import { measureOneRequest, middle } from './frontend/one-request.ts';
import { runWrk } from './peers/wrk.ts';

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const print = (text: string): boolean => process.stdout.write(`${text}\n`);
const rounds = options.quick ? 3 : 10;
const seconds = options.quick ? 1 : 3;
const CONNECTIONS = 8;

const variables = {
  GATEWAY_INTERFACE: 'CGI/1.1',
  QUERY_STRING: '',
  REMOTE_ADDR: '127.0.0.1',
  REQUEST_METHOD: 'GET',
  SCRIPT_NAME: '',
  SERVER_NAME: 'localhost',
  SERVER_PORT: '80',
  SERVER_PROTOCOL: 'HTTP/1.1',
  SERVER_SOFTWARE: 'benchmark',
  HTTP_HOST: 'localhost',
  HTTP_ACCEPT: 'text/html,application/xhtml+xml,*/*;q=0.8',
  HTTP_USER_AGENT: 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
};
const skipped: string[] = [];

/** What the program answers, so that nothing is measured that does not work. */
function answerOf({ command, path }: Program): string {
  const { stdout } = Bun.spawnSync([...command], {
    env: { ...variables, REQUEST_URI: path, PATH_INFO: path },
    timeout: 20_000,
  });
  return stdout.toString('latin1');
}

function keep(program: Program, expected: RegExp): Program[] {
  const answer = answerOf(program);
  if (expected.test(answer)) return [program];
  skipped.push(`${program.name}: answered ${JSON.stringify(answer.slice(0, 60))}`);
  return [];
}

const OF_DAEMON = /^Status: 200 OK\r\n/;
const OF_LANE = { exec: /hello/, forward: OF_DAEMON, shed: /^Status: 503/i } as const;
const PATH = '/forward/1000';

async function measure(workplace: FrontendWorkplace): Promise<void> {
  const runner = workplace.compile(workplace.fixture('measure-runs.c'), 'measure-runs');
  const hello = workplace.hello();
  if (runner === undefined || hello === undefined) {
    print('everything is skipped: no C compiler (`cc`)');
    return;
  }
  const programs: Program[] = [];
  const add = (name: string, command: Program['command'], expected: RegExp): void => {
    programs.push(...keep({ name, command, path: PATH }, expected));
  };
  add('empty Bun script', [process.execPath, workplace.fixture('empty.ts')], /^$/);
  add('C program that is run in the exec lane, alone', [hello], /hello/);
  const copy = workplace.compile(workplace.fixture('connect-and-copy.c'), 'connect-and-copy', {
    SOCKET: workplace.socket,
  });
  if (copy !== undefined) add('C: connects and copies', [copy], OF_DAEMON);
  for (const [name, file] of [
    ['python3', 'connect-and-copy.py'],
    ['node', 'connect-and-copy.mjs'],
  ] as const) {
    // Not what a version manager puts before it on PATH.
    const path = existsSync(`/usr/bin/${name}`) ? `/usr/bin/${name}` : peer(name, name).path;
    if (path === '') skipped.push(`${name}: not installed`);
    else add(`${name}: connects and copies`, [path, workplace.fixture(file), workplace.socket], OF_DAEMON);
  }
  const cgi: Record<string, string> = {};
  for (const launcher of [false, true]) {
    for (const lane of LANES) {
      const what = `Spillway, ${launcher ? 'launcher' : 'frontend'}, ${lane}`;
      // No lease is ever given for a program.
      if (launcher && lane === 'exec') continue;
      const made = workplace.frontend(lane, hello, launcher);
      if (typeof made !== 'string') skipped.push(`${what}: ${made.message}`);
      else {
        const before = programs.length;
        add(what, [made], OF_LANE[lane]);
        if (programs.length > before) cgi[`${launcher ? 'launcher' : 'frontend'}-${lane}`] = made;
      }
    }
  }
  const page = join(workplace.folder, 'page');
  const shed = programs.find(({ name }) => name.endsWith(', shed'));
  writeFileSync(page, shed === undefined ? 'Status: 503\r\n\r\n' : answerOf(shed), 'latin1');
  const show = workplace.compile(workplace.fixture('connect-and-copy.c'), 'show-page', { PAGE: page });
  if (show !== undefined) add('C: copies a page', [show], /^Status: 503/i);

  const results = measureOneRequest(runner, programs, variables, rounds);
  const empty = results.find(({ name }) => name === 'empty Bun script');
  const least = results.find(({ name }) => name === 'C: connects and copies');
  print('| one request | ms | MB | above an empty script, ms | MB | times the C program |');
  print('|---|--:|--:|--:|--:|--:|');
  for (const { name, milliseconds, megabytes } of results) {
    const above = empty && [milliseconds - empty.milliseconds, megabytes - empty.megabytes];
    const [ms, mb] = above ?? [];
    const times = least === undefined ? '' : (milliseconds / least.milliseconds).toFixed(1);
    print(
      `| ${name} | ${milliseconds.toFixed(2)} | ${megabytes.toFixed(1)} | ${ms?.toFixed(1) ?? ''} | ${mb?.toFixed(1) ?? ''} | ${times} |`,
    );
  }
  print('');
  if (copy !== undefined && show !== undefined)
    await measureRates(workplace, { ...cgi, 'c-forward': copy, 'c-shed': show });
}

async function measureRates(
  workplace: FrontendWorkplace,
  named: Readonly<Record<string, string>>,
): Promise<void> {
  const wrk = peer('wrk', 'wrk').path;
  if (wrk === '') {
    skipped.push('requests a second: wrk is not installed');
    return;
  }
  const programs = Object.fromEntries(Object.entries(named).map(([name, path]) => [`/${name}`, path]));
  print('| requests a second | C | launcher | to C | frontend | to C |');
  print('|---|--:|--:|--:|--:|--:|');
  for (const kind of cgiServerKinds) {
    const server = await CgiServer.start(kind, workplace.folder, programs);
    if (server === undefined) {
      skipped.push(`${kind.name}: not installed, or does not start`);
      continue;
    }
    try {
      for (const lane of ['forward', 'shed'] as const) {
        const who = ['c', 'launcher', 'frontend'].filter((name) => `${name}-${lane}` in named);
        const rates = new Map<string, number[]>(who.map((name) => [name, []]));
        const failed = new Set<string>();
        for (let round = 0; round < 3; round += 1) {
          for (const name of who) {
            const url = `${server.address}/${name}-${lane}/forward/1000`;
            const expected = lane === 'shed' ? 503 : 200;
            const { status } = await fetch(url);
            if (status !== expected) {
              failed.add(`${kind.name}, ${lane}, ${name}: answered ${status}`);
              continue;
            }
            const { rate, other, errors } = await runWrk(wrk, workplace.folder, {
              url,
              connections: CONNECTIONS,
              seconds,
              bodyBytes: 0,
            });
            if (errors > 0 || (lane === 'forward' && other > 0))
              failed.add(`${kind.name}, ${lane}, ${name}: ${errors} errors, ${other} other answers`);
            rates.get(name)?.push(rate);
          }
        }
        skipped.push(...failed);
        const [c = Number.NaN, launcher = Number.NaN, frontend = Number.NaN] = [
          'c',
          'launcher',
          'frontend',
        ].map((name) => middle(rates.get(name) ?? []));
        const cells = [c, launcher, launcher / c, frontend, frontend / c].map((value, index) =>
          Number.isNaN(value) ? '' : value.toFixed(index === 2 || index === 4 ? 2 : 0),
        );
        print(`| ${kind.name}, ${lane} | ${cells.join(' | ')} |`);
      }
    } finally {
      await server.stop();
    }
  }
}

const workplace = await FrontendWorkplace.open();
try {
  await measure(workplace);
  const executable = statSync(join(workplace.folder, 'spillway-frontend'), { throwIfNoEntry: false });
  print('');
  for (const why of skipped) print(`skipped: ${why}`);
  print(
    `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model}, ${cpus().length} processors, load average after: ${readFileSync('/proc/loadavg', 'latin1').split(' ')[0]}, Bun ${Bun.version}`,
  );
  print(
    `medians of ${rounds * 5} interleaved runs, and of 3 rounds of ${seconds} s with ${CONNECTIONS} connections; executable ${((executable?.size ?? 0) / 1e6).toFixed(0)} MB`,
  );
} finally {
  await workplace.close();
}
