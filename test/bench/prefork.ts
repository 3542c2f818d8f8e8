/**
 * The prefork server beside uWSGI with the same WSGI application, asked by the same SCGI client, and beside plain `Bun.serve` with the
 * same handler behind nginx: `bun test/bench/prefork.ts [--quick] [--workers N]`. Medians of interleaved rounds; the processor time of
 * one request, all processes of a server together, depends least on what else the machine does. Prints Markdown.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Subprocess } from 'bun';
import { signalGroup } from '../../src/system/process-group.ts';
import { peer } from '../support/peer.ts';
import { median } from './peers/median.ts';
import { processorMs } from './peers/process-table.ts';
import { type Contender, handlerContenders, nginxBefore, PYTHON, wsgiContenders } from './prefork/servers.ts';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, workers: { type: 'string', default: '2' } },
});
const workers = Number(options.workers);
const rounds = options.quick ? 3 : 7;
const seconds = options.quick ? 0.5 : 1;
const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
const running: Subprocess[] = [];
const skipped: string[] = [];
const print = (text: string): boolean => process.stdout.write(`${text}\n`);
const uwsgi = peer('uWSGI', 'uwsgi').path;
const nginx = peer('nginx', 'nginx').path;
const wrk = peer('wrk', 'wrk').path;

interface Load {
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
}

type Ask = (contender: Contender, connections: number, seconds: number) => Promise<Load>;

const output = async (command: readonly string[]): Promise<string> =>
  await new Response(Bun.spawn([...command], { stdout: 'pipe', stderr: 'inherit' }).stdout).text();

const scgiLoad = join(folder, 'scgi-load');
async function askScgi({ socket }: Contender, connections: number, duration: number): Promise<Load> {
  const text = await output([scgiLoad, socket, String(connections), String(duration * 1000)]);
  const [answered = 0, failed = 0, ms = Number.NaN] = text.split(' ').map(Number);
  return { answered, failed, seconds: ms / 1000 };
}

function start(command: readonly string[]): Subprocess {
  const log = Bun.file(join(folder, `${running.length}.log`));
  const child = Bun.spawn([...command], { stdin: 'ignore', stdout: log, stderr: log, detached: true });
  running.push(child);
  return child;
}

async function stopAll(): Promise<void> {
  for (const { pid } of running) signalGroup(pid, 'SIGTERM');
  await Promise.race([Promise.all(running.map(({ exited }) => exited)), Bun.sleep(5000)]);
  for (const { pid } of running) signalGroup(pid, 'SIGKILL');
  running.length = 0;
}

/** Rows for each number of connections; ratios are to the first contender, of the same round. */
async function compare(what: string, contenders: readonly Contender[], ask: Ask): Promise<void> {
  const pids = contenders.map(({ command }) => start(command).pid);
  for (const { socket, name } of contenders) {
    for (let tries = 0; !existsSync(socket); tries += 1) {
      if (tries > 400) throw new Error(`${name} does not listen: ${readFileSync(join(folder, '0.log'))}`);
      await Bun.sleep(25);
    }
  }
  await Bun.sleep(500);
  for (const connections of [1, 8, 32]) {
    const all = contenders.map((contender, index) => ({
      ...{ contender, pid: pids[index] ?? 0, failed: 0 },
      ...{ rates: [] as number[], costs: [] as number[], ratios: [] as number[] },
    }));
    for (let round = 0; round <= rounds; round += 1) {
      for (const one of all) {
        const before = processorMs([one.pid]);
        const load = await ask(one.contender, connections, seconds);
        const busyMs = processorMs([one.pid]) - before;
        // The first round warms up.
        if (round === 0) continue;
        one.failed += load.failed;
        one.rates.push(load.answered / load.seconds);
        one.costs.push((busyMs * 1000) / load.answered);
        one.ratios.push((one.rates.at(-1) ?? 0) / (all[0]?.rates.at(-1) ?? 0));
      }
    }
    for (const { contender, rates, costs, ratios, failed } of all) {
      const cells = [what, contender.name, connections, Math.round(median(rates)), median(ratios).toFixed(2)];
      print(`| ${[...cells, Math.round(median(costs)), failed === 0 ? '' : failed].join(' | ')} |`);
    }
  }
  await stopAll();
}

async function compareHandlers(): Promise<void> {
  const contenders = handlerContenders(folder, workers);
  const ports = contenders.map(() => {
    const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    listener.stop(true);
    return listener.port;
  });
  const ask: Ask = async (contender, connections, duration) => {
    const port = ports[contenders.indexOf(contender)];
    const whole = Math.max(1, Math.round(duration));
    const text = await output([
      ...[wrk, '-t1', `-c${connections}`, `-d${whole}`, `http://127.0.0.1:${port}/page?x=1`],
    ]);
    const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
    const took = number(/requests in ([\d.]+)s/);
    const wrong = number(/Non-2xx or 3xx responses: (\d+)/);
    return { answered: number(/(\d+) requests in/) - wrong, failed: wrong, seconds: took };
  };
  start(nginxBefore(nginx, folder, contenders, ports));
  await compare('fetch module, nginx', contenders, ask);
}

try {
  const compiled = Bun.spawnSync([
    ...['cc', '-O2', '-o', scgiLoad, join(import.meta.dirname, 'prefork/fixtures/scgi-load.c')],
  ]);
  if (!compiled.success) throw new Error('expected a C compiler (cc), for the load');
  print(`| application | server | connections | requests/s | to the first | processor µs each | failed |`);
  print('|---|---|--:|--:|--:|--:|--:|');
  if (uwsgi === '' || !existsSync(PYTHON)) skipped.push('WSGI: uwsgi-core, uwsgi-plugin-python3, python3');
  else {
    await compare('WSGI, hello', wsgiContenders(folder, 'hello_site', workers, uwsgi), askScgi);
    if (Bun.spawnSync([PYTHON, '-c', 'import flask']).success)
      await compare('Flask, hello', wsgiContenders(folder, 'flask_site', workers, uwsgi), askScgi);
    else skipped.push('Flask: python3-flask');
  }
  if (nginx === '' || wrk === '') skipped.push('fetch module: nginx-light, wrk');
  else await compareHandlers();
  print('');
  for (const what of skipped) print(`not installed, left out: ${what}`);
  print(
    `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model}, ${cpus().length} processors, load average after: ${readFileSync('/proc/loadavg', 'latin1').split(' ')[0]}; ${workers} workers each (Bun.serve: one process); medians of ${rounds} interleaved rounds of ${seconds} s`,
  );
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
