import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../src/overload/languages.ts';
import { openBrowser } from '../support/open-browser.ts';
import { peer } from '../support/peer.ts';
import { RunningSpillway } from './running-spillway.ts';

const chromium = peer('Chromium', 'chromium');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Sheds whatever the path while the file `closed` is there, and pictures and scripts always. */
const door = (folder: string) => `import { existsSync } from 'node:fs';
export default {
  name: 'door', when: 'in this test', source: 'this test', parameters: {}, signals: [], reasons: ['drowning', 'over_fair_share'],
  create: () => ({
    arrive(view) {
      const path = view.meta('PATH_INFO') ?? '';
      if (/\\.(png|js|css)$/.test(path)) return { shed: 'drowning', retryAfterMs: 1000 };
      const reason = path.endsWith('/fast') ? 'over_fair_share' : 'drowning';
      return existsSync('${folder}/closed') ? { shed: reason, retryAfterMs: path.endsWith('/later') ? 60000 : 1000 } : undefined;
    },
  }),
};\n`;

const program = `#!/bin/sh
printf 'Content-Type: text/html; charset=utf-8\\n\\n'
if [ "$REQUEST_METHOD" = POST ]; then cat >> "$SAVED"; printf '<title>Saved</title><h1>Saved</h1>'; exit 0; fi
printf '<!doctype html><title>Form</title><h1>Form</h1><img src="/w/logo.png"><script src="/w/app.js"></script><form method="post" action="/w/save"><textarea name="text"></textarea><button>Send</button></form>'
`;

describe.skipIf(!chromium.available)('the overload page in a browser', { timeout: 90_000 }, () => {
  let browser: Browser;
  let gateway: RunningSpillway;
  let context: BrowserContext;
  let page: Page;
  let folder = '';

  beforeAll(async () => {
    browser = await openBrowser(chromium.path);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    folder = RunningSpillway.folder();
    writeFileSync(join(folder, 'door.js'), door(folder));
    writeFileSync(join(folder, 'form.cgi'), program, { mode: 0o755 });
    mkdirSync(join(folder, 'parts'));
    gateway = await RunningSpillway.start(
      folder,
      `applications:
  w:
    at: /w
    cgi: { program: ./form.cgi }
    policies: [ ./door.js ]
    environment: { SAVED: ./saved.txt }
    overload_page: { contact: help@example.org, links: { Status: "https://status.example.org" }, reasons: { over_fair_share: { status: 429 } } }
`,
    );
    await open({});
  });
  afterEach(async () => {
    await context.close();
    expect(await gateway.stop()).toBe(0);
  });

  async function open(options: Parameters<Browser['newContext']>[0]): Promise<void> {
    await context?.close();
    context = await browser.newContext(options);
    page = await context.newPage();
  }
  const close = () => writeFileSync(join(folder, 'closed'), '');
  const reopen = () => rmSync(join(folder, 'closed'));
  const saved = () => {
    try {
      return readFileSync(join(folder, 'saved.txt'), 'utf8');
    } catch {
      return '';
    }
  };
  /** What came to the gateway, of pages alone. */
  const came = (method: string) =>
    gateway
      .requests()
      .filter(
        (line) =>
          line.method === method && !/\.(?:png|js|ico)$/.test(String(line.path ?? line.target ?? line.url)),
      );
  const title = () => page.title().catch(() => '');

  test('counts down, comes back by itself with growing pauses, and is gone when the gateway has recovered', async () => {
    close();
    const answer = await page.goto(`${gateway.address}/w/a`);
    expect(answer?.status()).toBe(503);
    await gateway.until(async () => /[12] second/.test(await page.getByRole('timer').innerText()));
    const attempts = () =>
      page
        .evaluate(() => Object.values(sessionStorage).map((value) => JSON.parse(value).attempts)[0] ?? 0)
        .catch(() => 0);
    await gateway.until(async () => (await attempts()) >= 2, 30_000);
    // Between one and two seconds, half as much again each time, and up to a quarter for chance.
    const duration = Number.parseFloat(
      await page
        .locator('.bar i')
        .evaluate((bar: { style: { animationDuration: string } }) => bar.style.animationDuration),
    );
    expect(duration).toBeGreaterThanOrEqual(2.25);
    reopen();
    await gateway.until(async () => (await title()) === 'Form', 30_000);
    expect(came('POST')).toEqual([]);
  });

  test('tries no more when it is told so, until it is told again', async () => {
    close();
    await page.goto(`${gateway.address}/w/later`);
    const button = page.getByRole('button');
    await button.click();
    expect(await page.locator('[data-line]').innerText()).toBe('This page no longer tries by itself.');
    expect(await page.getByRole('status').innerText()).toBe('This page no longer tries by itself.');
    reopen();
    expect(await button.innerText()).toBe('Try again by itself');
    await button.click();
    await gateway.until(async () => (await title()) === 'Form');
  });

  test('keeps the form that was being posted, says that nothing was saved, and never posts by itself', async () => {
    await page.goto(`${gateway.address}/w/`);
    await page.locator('textarea').fill('a long letter');
    close();
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'One moment, please' }).waitFor();
    expect(await page.locator('.unsaved').innerText()).toContain('was not saved');
    expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(0);
    await gateway.until(
      async () => (await page.getByRole('status').innerText()) === 'You can send it again now.',
    );
    expect(page.url()).toBe(`${gateway.address}/w/save`);
    reopen();
    // Longer than any pause of this page: had it been of the kind that comes back, it would have.
    await page.waitForTimeout(2_500);
    expect(saved()).toBe('');
    expect(came('POST')).toHaveLength(1);
    await page.getByRole('button', { name: 'Back to what I wrote' }).click();
    await page.getByRole('heading', { name: 'Form' }).waitFor();
    expect(await page.locator('textarea').inputValue()).toBe('a long letter');
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'Saved' }).waitFor();
    expect(saved()).toBe('text=a+long+letter');
  });

  test('works without scripts: what was looked at comes back, what was sent does not', async () => {
    await open({ javaScriptEnabled: false });
    close();
    await page.goto(`${gateway.address}/w/a`);
    expect(await page.getByRole('timer').innerText()).toMatch(/[12] second/);
    expect(await page.getByRole('button').count()).toBe(0);
    reopen();
    await page.getByRole('heading', { name: 'Form' }).waitFor();
    await page.locator('textarea').fill('a letter');
    close();
    await page.getByRole('button').click();
    await page.locator('.unsaved').waitFor();
    reopen();
    await page.waitForTimeout(2_500);
    expect(page.url()).toBe(`${gateway.address}/w/save`);
    expect(saved()).toBe('');
    expect(came('POST')).toHaveLength(1);
  });

  test('asks for nothing more, and nothing of it is refused by its own policy', async () => {
    const asked: string[] = [];
    const said: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    close();
    await page.goto(`${gateway.address}/w/later`);
    await gateway.until(async () => (await page.locator('.clock').innerText()) !== '');
    expect(asked.filter((url) => !url.endsWith('/favicon.ico'))).toEqual([`${gateway.address}/w/later`]);
    expect(said.filter((text) => !/status of (?:503|404)/.test(text))).toEqual([]);
  });

  test('is not sent where a page asked for an image or a script', async () => {
    const types = new Map<string, string>();
    page.on('response', (response) =>
      types.set(new URL(response.url()).pathname, response.headers()['content-type'] ?? ''),
    );
    await page.goto(`${gateway.address}/w/`);
    await gateway.until(() => types.has('/w/logo.png') && types.has('/w/app.js'));
    expect(types.get('/w/logo.png')).toBe('text/plain; charset=utf-8');
    expect(types.get('/w/app.js')).toBe('text/plain; charset=utf-8');
  });

  describe.each(['light', 'dark'] as const)('in the %s', (colorScheme) => {
    test.each(LANGUAGES)(
      'has no fault of accessibility (WCAG 2.2 AA) and fits on a narrow screen: %s',
      async (locale) => {
        close();
        await open({ colorScheme, locale, viewport: { width: 320, height: 640 } });
        for (const path of ['later', 'fast']) {
          const answer = await page.goto(`${gateway.address}/w/${path}`);
          expect(answer?.status()).toBe(path === 'fast' ? 429 : 503);
          expect(await page.locator('html').getAttribute('dir')).toBe(locale === 'ar' ? 'rtl' : 'ltr');
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
          if (path === 'fast') continue;
          await page.evaluate(axe);
          const found = await page.evaluate(
            `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
          );
          expect(found).toEqual([]);
        }
      },
    );
  });
});
