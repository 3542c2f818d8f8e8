import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openBrowser } from '../support/open-browser.ts';
import { peer } from '../support/peer.ts';
import { until } from '../support/until.ts';

const chromium = peer('Chromium', 'chromium');
const bin = resolve(import.meta.dirname, '../../bin/spillway');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-preview-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.skipIf(!chromium.available)(
  'spillway page preview shows in the browser what is saved, and goes on to show what was chosen',
  async () => {
    const file = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'wiki.cgi'), '#!/bin/sh\n', { mode: 0o755 });
    file('page.html', '<html lang="{{language}}"><h1>first {{language}}</h1>');
    file(
      'spillway.yaml',
      'listen: [ { http: 127.0.0.1:0 } ]\napplications:\n  wiki: { at: /, cgi: { program: ./wiki.cgi }, overload_page: ./page.html }\n',
    );
    const preview = spawn(bin, ['page', 'preview', 'spillway.yaml', '--port', '0'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = new Promise((done) => preview.once('exit', done));
    let said = '';
    preview.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const browser = await openBrowser(chromium.path);
    try {
      await until(() => said.includes('http://'), 'an address', 20_000);
      const page = await browser.newPage();
      await page.goto(said.match(/http:\S+/)?.[0] ?? '', { waitUntil: 'domcontentloaded' });
      for (const [name, value] of [
        ['language', 'ar'],
        ['format', 'html'],
        ['intent', 'looking'],
      ] as const)
        await page.locator(`select[name=${name}]`).selectOption(value);
      const heading = page.frameLocator('iframe').first().getByRole('heading');
      await heading.getByText('first ar').waitFor({ timeout: 20_000 });
      file('page.html', '<html lang="{{language}}"><h1>second {{language}}</h1>');
      await heading.getByText('second ar').waitFor({ timeout: 20_000 });
      file('page.html', '<h1>third {{oops}}</h1>');
      await page.getByRole('alert').waitFor({ timeout: 20_000 });
      expect(await page.getByRole('alert').innerText()).toContain('page.html:1:11: ');
      await heading.getByText('second ar').waitFor({ timeout: 20_000 });
      file('page.html', '<html lang="{{language}}"><h1>fourth {{language}}</h1>');
      await heading.getByText('fourth ar').waitFor({ timeout: 20_000 });
      expect(await page.getByRole('alert').count()).toBe(0);
    } finally {
      await browser.close();
      preview.kill('SIGTERM');
    }
    expect(await exited).toBe(0);
  },
  90_000,
);
