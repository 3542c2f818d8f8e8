import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { peer } from '../support/peer.ts';
import { runCommand } from './run-command.ts';

const bin = resolve(import.meta.dirname, '../../bin/spillway');
const promtool = peer('promtool', 'promtool');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-frontend-metrics-'));
  mkdirSync(join(folder, 'textfiles'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A frontend that runs the program for `/`, and sheds everything else. */
async function make(): Promise<string> {
  writeFileSync(join(folder, 'hello.sh'), "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nhello'\n");
  chmodSync(join(folder, 'hello.sh'), 0o755);
  writeFileSync(
    join(folder, 'by-path.js'),
    `export default { name: 'by-path', when: 'in a test', source: 'the test', parameters: {}, signals: [], reasons: ['root', 'elsewhere'],
  create: () => ({ dispatch: (view) => view.meta('PATH_INFO') === '/' ? { lane: 'exec', reason: 'root' } : { lane: 'shed', reason: 'elsewhere' } }) };\n`,
  );
  writeFileSync(
    join(folder, 'wiki.yaml'),
    'listen: [ { http: 127.0.0.1:0 } ]\napplications:\n  wiki: { at: /, cgi: { program: ./hello.sh }, policies: [ ./by-path.js ] }\n',
  );
  const output = join(folder, 'wiki.cgi');
  const { code, output: said } = await runCommand(bin, [
    ...['frontend', join(folder, 'wiki.yaml'), '--output', output, '--state', join(folder, 'state')],
    ...['--executable', join(folder, 'spillway-frontend'), '--textfile', join(folder, 'textfiles')],
    '--no-launcher',
  ]);
  expect(code, said).toBe(0);
  return output;
}

async function ask(frontend: string, path: string): Promise<{ output: string; errors: string }> {
  const child = Bun.spawn([frontend], {
    env: {
      GATEWAY_INTERFACE: 'CGI/1.1',
      REQUEST_METHOD: 'GET',
      PATH_INFO: path,
      SERVER_PROTOCOL: 'HTTP/1.1',
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [output, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  return { output, errors };
}

describe('the metrics of one-shot frontends', () => {
  test('count every decision of many at once, and reach the textfile collector', async () => {
    const frontend = await make();
    for (let batch = 0; batch < 5; batch += 1) {
      const answers = await Promise.all(['/', '/a', '/', '/b'].map((path) => ask(frontend, path)));
      expect(answers.map(({ errors }) => errors)).toEqual(['', '', '', '']);
      expect(answers.map(({ output }) => /^Status: 503/.test(output))).toEqual([false, true, false, true]);
    }
    const counts = join(folder, 'state/counts');
    // As if the last writing were long ago.
    utimesSync(join(counts, 'publish-wiki.lock'), 1, 1);
    await ask(frontend, '/');
    expect(readFileSync(join(counts, 'wiki,exec,by-path,root')).length).toBe(11);
    expect(readFileSync(join(counts, 'wiki,shed,by-path,elsewhere')).length).toBe(10);
    const published = readFileSync(join(folder, 'textfiles/spillway-wiki.prom'), 'utf8');
    expect(published.split('\n').filter((line) => line.startsWith('spillway_'))).toEqual([
      'spillway_decisions_total{application="wiki",policy="by-path",lane="exec",reason="root"} 11',
      'spillway_decisions_total{application="wiki",policy="by-path",lane="shed",reason="elsewhere"} 10',
    ]);
    if (promtool.available) {
      const check = Bun.spawnSync([promtool.path, 'check', 'metrics'], { stdin: Buffer.from(published) });
      expect(check.exitCode, check.stderr.toString()).toBe(0);
    }
  }, 120_000);

  test('cost no request where the collector is not there: the reason is on standard error, once in its time', async () => {
    const frontend = await make();
    rmSync(join(folder, 'textfiles'), { recursive: true });
    const first = await ask(frontend, '/');
    expect(first.output).toContain('hello');
    expect(first.errors).toContain('could not be published');
    const second = await ask(frontend, '/');
    expect(second).toEqual({ output: expect.stringContaining('hello'), errors: '' });
  }, 120_000);
});
