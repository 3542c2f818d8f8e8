import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

const bin = resolve(import.meta.dirname, '../../bin/spillway');

const policy = `export default { name: 'closed', when: 'in this test', source: 'this test', parameters: {}, signals: [], reasons: ['closed'],
  create: () => ({ arrive: () => ({ shed: 'closed', retryAfterMs: 1000 }) }) };\n`;

let folder = '';
const file = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const application = (page: string): string =>
  `applications:\n  wiki: { at: /, cgi: { program: ./wiki.cgi }, policies: [ ./closed.js ], overload_page: ${page} }\n`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-page-'));
  file('closed.js', policy);
  writeFileSync(join(folder, 'wiki.cgi'), '#!/bin/sh\n', { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a page that is saved is sent from then on; a broken one changes nothing, and the log says where it is broken', async () => {
  file('page.html', 'first');
  mkdirSync(join(folder, 'parts'));
  file('parts/foot.html', 'foot');
  const gateway = await RunningSpillway.start(
    folder,
    `watch: true\n${application('{ template: ./page.html, partials: ./parts }')}`,
  );
  try {
    const html = async (): Promise<string> =>
      await (await fetch(gateway.address, { headers: { Accept: 'text/html' } })).text();
    expect(await html()).toBe('first');
    file('page.html', 'second {{> foot}}');
    await gateway.until(async () => (await html()) === 'second foot');
    file('parts/foot.html', 'another foot');
    await gateway.until(async () => (await html()) === 'second another foot');
    file('page.html', 'third\n  {{oops}}');
    await gateway.until(() => gateway.log.some(({ event }) => event === 'reload-failed'));
    expect(gateway.log.find(({ event }) => event === 'reload-failed')?.problem).toContain('page.html:2:3');
    expect(await gateway.metric('spillway_config_last_reload_successful')).toBe(0);
    expect(await html()).toBe('second another foot');
    rmSync(join(folder, 'page.html'));
    gateway.signal('SIGHUP');
    await gateway.until(() => gateway.log.filter(({ event }) => event === 'reload-failed').length >= 2);
    expect(await html()).toBe('second another foot');
    file('page.html', 'the fourth');
    await gateway.until(async () => (await html()) === 'the fourth');
  } finally {
    await gateway.stop();
  }
}, 60_000);

const spillway = (...args: string[]) => runCommand(bin, args, { cwd: folder });
const whole = (page: string): void =>
  file('spillway.yaml', `listen: [ { http: 127.0.0.1:0 } ]\n${application(page)}`);

describe('spillway page check', () => {
  test('names what cannot be used with line and column, and exits with 1', async () => {
    file('page.html', '<html lang="{{language}}">\n<p>{{retry_aftr}} {{{reason}}}\n');
    const { code, output } = await spillway('page', 'check', 'page.html');
    expect(code).toBe(1);
    expect(output).toContain(
      'page.html:2:4: expected the name of a variable, found {{retry_aftr}}: did you mean retry_after?',
    );
    expect(output).toContain('page.html:2:19: expected {{reason}}, found a form that is not escaped');
    expect(output).toContain('    <p>{{retry_aftr}} {{{reason}}}\n       ^\n');
  });

  test('names what is unwise, and exits with 0', async () => {
    file('page.html', `<html>\n<img src="/logo.png">\n<style>p { color: #999; background: #fff }</style>`);
    whole('./page.html');
    const { code, output } = await spillway('page', 'check', 'spillway.yaml');
    expect(code).toBe(0);
    for (const found of [
      'page.html:1:1: expected <html lang=',
      'page.html:2:11: expected a page that needs nothing more',
      'page.html:3:8: expected a contrast',
    ])
      expect(output).toContain(found);
  });

  test('weighs the page as it is sent', async () => {
    const noise = Array.from({ length: 40_000 }, (_, index) => ((index * 7919) % 9973).toString(36)).join('');
    file('page.html', `<html lang="{{language}}">${noise}`);
    expect((await spillway('page', 'check', 'page.html')).output).toContain('[overload-page/large]');
  });
});

test('spillway page new writes a page that can be used, looks as ours does, and is never written over', async () => {
  const made = await spillway('page', 'new', './own');
  expect(made.code, made.output).toBe(0);
  whole('{ template: ./own/overload.html, partials: ./own/parts, languages: ./own/languages }');
  expect((await spillway('page', 'check', 'spillway.yaml')).output).toBe('wiki: well\n');
  expect(readFileSync(join(folder, 'own/overload.html'), 'utf8')).toContain('retry_in');
  const gateway = await RunningSpillway.start(
    folder,
    application('{ template: ./own/overload.html, partials: ./own/parts }'),
  );
  const own = await (await fetch(gateway.address, { headers: { Accept: 'text/html' } })).text();
  expect(own).toContain('<h1>Back in a moment</h1>');
  expect(own.startsWith('<!doctype html>')).toBe(true);
  const again = await spillway('page', 'new', './own');
  expect(again.code).toBe(1);
  expect(existsSync(join(folder, 'own/overload.html'))).toBe(true);
  await gateway.stop();
  mkdirSync(folder, { recursive: true });
}, 30_000);

test('spillway page preview shows every page, tells when one was saved, and keeps the last good one', async () => {
  file('page.html', 'one {{retry_after}}');
  whole('./page.html');
  const preview = spawn(bin, ['page', 'preview', 'spillway.yaml', '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  preview.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const exited = new Promise((done) => preview.once('exit', done));
  try {
    await until(() => said.includes('http://'), 'an address', 10_000);
    const address = said.match(/http:\S+/)?.[0] ?? '';
    const index = await (await fetch(address)).text();
    for (const word of [
      'drowning',
      'queue_full',
      'over_fair_share',
      'sending',
      'looking',
      'short',
      'json',
      'ar',
    ])
      expect(index).toContain(word);
    const page = async (query: string): Promise<Response> =>
      await fetch(`${address}page?application=wiki&path=/&${query}`);
    expect(await (await page('format=html&language=en')).text()).toMatch(/^one \d+$/);
    const text = await page('format=text&language=de&intent=sending&reason=queue_full');
    expect(text.status).toBe(503);
    expect(await text.text()).toContain('wurde nicht gespeichert');
    const events = (await fetch(`${address}changes`)).body?.getReader();
    let heard = '';
    const hear = async (): Promise<void> => {
      const { value } = (await events?.read()) ?? {};
      heard += new TextDecoder().decode(value);
    };
    file('page.html', 'another {{retry_after}}');
    while (!heard.includes('data: changed')) await hear();
    expect(await (await page('format=html&language=en')).text()).toMatch(/^another \d+$/);
    heard = '';
    file('page.html', 'broken {{oops}}');
    while (!heard.includes('data: changed')) await hear();
    expect(await (await fetch(address)).text()).toContain('found {{oops}}');
    expect(await (await page('format=html&language=en')).text()).toMatch(/^another \d+$/);
    await events?.cancel();
  } finally {
    preview.kill('SIGTERM');
  }
  expect(await exited).toBe(0);
}, 30_000);
