import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startAdminServer } from '../../src/admin/admin-server.ts';
import type { AdminSource } from '../../src/admin/admin-source.ts';
import type { StatusDocument } from '../../src/admin/status-document.ts';
import { emptyLoad } from '../../src/load/empty-load.ts';
import { openBrowser } from '../support/open-browser.ts';
import { peer } from '../support/peer.ts';
import { RunningSpillway } from './running-spillway.ts';

/** What an operator sees in a real browser. */
const chromium = peer('Chromium', 'chromium');
const axe = new URL('../../node_modules/axe-core/axe.min.js', import.meta.url);

let browser: Browser;
let gateway: RunningSpillway | undefined;
let endFlood: (() => Promise<void>) | undefined;
/** What the pages asked for, and what went wrong in them. */
let asked: string[] = [];
let wrong: string[] = [];

beforeAll(async () => {
  if (chromium.available) browser = await openBrowser(chromium.path);
}, 60_000);
afterAll(async () => {
  if (chromium.available) await browser.close();
});
afterEach(async () => {
  await endFlood?.();
  endFlood = undefined;
  if (chromium.available) for (const context of browser.contexts()) await context.close();
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

async function open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
  asked = [];
  wrong = [];
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(15_000);
  page.on('request', (request) => asked.push(request.url()));
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('console', (message) => {
    if (!message.text().includes('ERR_CONNECTION_REFUSED')) wrong.push(message.text());
  });
  await page.goto(`${address}/`);
  await page.getByText(/^live, as of/).waitFor();
  return page;
}

/** An application of 4 places in work and 2 to wait, whose program takes a tenth of a second. */
async function start(admin = '127.0.0.1:0'): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  writeFileSync(
    join(folder, 'slow.cgi'),
    '#!/bin/sh\nsleep 0.1\nprintf "Content-Type: text/plain\\n\\ndone"\n',
    { mode: 0o755 },
  );
  return await RunningSpillway.startWhole(
    folder,
    `listen: [ { http: 127.0.0.1:0 } ]
admin: ${admin}
log: { format: json }
explain: {}
applications:
  wiki: { at: /, cgi: { program: ./slow.cgi }, policies: [ { fixed: { exec: 4 } } ], queue: { max: 2, timeout: 1500ms } }
  quiet: { at: /quiet, cgi: { program: ./slow.cgi }, policies: [ fixed ] }
`,
  );
}

/** Visitors who come back at once, until they are told to go. Resolves when all have gone. */
function flood(address: string, visitors: number): () => Promise<void> {
  let going = true;
  const visitor = async (): Promise<void> => {
    while (going) {
      await (await fetch(`${address}/`)).arrayBuffer();
      await Bun.sleep(20);
    }
  };
  const all = Promise.all(Array.from({ length: visitors }, visitor));
  endFlood = async () => {
    going = false;
    await all;
  };
  return endFlood;
}

const lanesOf = async (page: Page): Promise<string[][]> => {
  const rows = page.getByRole('table', { name: 'Lanes of wiki' }).locator('tbody tr');
  return await Promise.all((await rows.all()).map((row) => row.locator('th, td').allInnerTexts()));
};

async function openEverything(page: Page): Promise<void> {
  const closed = page.locator('details:not([open]) > summary');
  while ((await closed.count()) > 0) await closed.first().click();
}

/** What axe finds wrong; it must have looked at something. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axe, 'utf8'));
  type Found = { readonly id: string; readonly nodes: readonly { readonly html: string }[] };
  const result = await page.evaluate<{ readonly violations: Found[]; readonly passes: Found[] }>(
    'axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })',
  );
  expect(result.passes.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['color-contrast', 'region', 'landmark-one-main', 'summary-name']),
  );
  return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe.runIf(chromium.available)('the status page', () => {
  test('shows a flood as it comes and goes, and says what /status says', async () => {
    gateway = await start();
    const page = await open(gateway.adminAddress);
    expect(await page.title()).toBe('Spillway: ready');
    const stop = flood(gateway.address, 20);
    const wiki = page.locator('details.application', { has: page.getByRole('heading', { name: 'wiki' }) });
    await wiki.getByText('shedding', { exact: true }).waitFor();
    await page.getByRole('status').getByText('wiki: shedding began: admission says queue_full.').waitFor();
    await expect
      .poll(async () => (await lanesOf(page))[0]?.slice(3), { timeout: 10_000 })
      .toEqual(['4', '4']);
    const [exec = [], shed = []] = await lanesOf(page);
    expect(Number.parseFloat(exec[1] ?? '')).toBeGreaterThan(0);
    expect(Number.parseFloat(shed[1] ?? '')).toBeGreaterThan(0);
    await stop();
    await wiki.getByText('serving', { exact: true }).waitFor();
    const running = gateway;
    const told = async (): Promise<string[][]> => {
      const status = JSON.parse(await running.admin('/status')) as StatusDocument;
      const { decisions = [] } = status.applications.find(({ name }) => name === 'wiki') ?? {};
      const total = (lane: string): string =>
        decisions.reduce((sum, one) => sum + (one.lane === lane ? one.total : 0), 0).toLocaleString('en');
      return [
        ['exec', '0', total('exec'), '0', '4'],
        ['shed', '0', total('shed'), '', ''],
      ];
    };
    await expect
      .poll(async () => isDeepStrictEqual(await lanesOf(page), await told()), { timeout: 10_000 })
      .toBe(true);
    expect(await lanesOf(page)).toEqual(await told());
    await wiki.getByText('0 of at most 2, for at most 1.5 s').waitFor();
    await wiki.getByText('Policies and their parameters').click();
    await wiki.getByRole('table', { name: 'fixed' }).getByRole('row', { name: 'exec 4 requests' }).waitFor();
    await wiki.getByText('Decisions since the start').click();
    await wiki.getByRole('row', { name: /^admission shed queue_full/ }).waitFor();
    expect(wrong).toEqual([]);
  }, 60_000);

  test('explains the last decision for each reason', async () => {
    gateway = await start();
    const page = await open(gateway.adminAddress);
    await page.getByText('Nothing has been decided yet').waitFor();
    await (await fetch(`${gateway.address}/secret`)).arrayBuffer();
    const decisions = page.getByRole('region', { name: 'Last decisions, explained' });
    await decisions.getByText('wiki: exec, default says').click();
    await decisions.getByText('What would have changed it').waitFor();
    // It stands still while it is read.
    const count = () => asked.filter((url) => url.endsWith('/decisions')).length;
    const before = count();
    const polled = asked.length;
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(polled + 2);
    expect(count() - before).toBeLessThanOrEqual(1);
    expect(await page.locator('body').innerText()).not.toContain('secret');
  }, 60_000);

  test('says that the gateway has gone, keeps what it knew, and goes on when it is back', async () => {
    gateway = await start();
    const { adminAddress } = gateway;
    const page = await open(adminAddress);
    await gateway.stop();
    gateway = undefined;
    await page.getByText('The gateway does not answer; it is asked again').waitFor();
    await page.getByRole('status').getByText('The gateway does not answer.').waitFor();
    expect(await page.title()).toBe('Spillway: no answer');
    expect((await lanesOf(page))[0]?.[0]).toBe('exec');
    gateway = await start(new URL(adminAddress).host);
    await page.getByText(/^live, as of/).waitFor();
    expect(await page.locator('#trouble').isVisible()).toBe(false);
    await (await fetch(`${gateway.address}/`)).arrayBuffer();
    await expect.poll(async () => (await lanesOf(page))[0]?.[2], { timeout: 10_000 }).toBe('1');
    expect(wrong).toEqual([]);
  }, 60_000);

  test('shows a reload that failed, with the place of the fault', async () => {
    gateway = await start();
    const page = await open(gateway.adminAddress);
    await page.getByText('The configuration has not been reloaded since the start.').waitFor();
    writeFileSync(join(gateway.folder, 'spillway.yaml'), 'listen: <b>nowhere</b>\n');
    gateway.signal('SIGHUP');
    await page.getByText('failed, and nothing was changed.').waitFor();
    await page.locator('#reload-faults').getByText('spillway.yaml:1:').first().waitFor();
    expect(await page.locator('b').count()).toBe(0);
  }, 60_000);

  test('asks nothing while nobody looks, or while it is paused', async () => {
    gateway = await start();
    const page = await open(gateway.adminAddress);
    const look = (hidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`,
      );
    const asksAgain = async (): Promise<void> => {
      const before = asked.length;
      await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(before + 1);
    };
    const asksNothing = async (): Promise<void> => {
      const before = asked.length;
      await Bun.sleep(2500);
      // One question may have been under way.
      expect(asked.length - before).toBeLessThanOrEqual(1);
    };
    await look(true);
    await asksNothing();
    await look(false);
    await asksAgain();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/^paused, as of/).waitFor();
    await asksNothing();
    await page.getByRole('button', { name: 'Go on' }).click();
    await asksAgain();
  }, 60_000);

  test('asks this server alone, and for nothing but its data', async () => {
    gateway = await start();
    const page = await open(gateway.adminAddress);
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(4);
    expect([...new Set(asked)].sort()).toEqual(
      ['/', '/decisions', '/status'].map((path) => gateway?.adminAddress + path),
    );
    // And could not, if it wanted.
    const outside = page.evaluate("fetch('http://127.0.0.2:1/').then(() => 'asked', () => 'refused')");
    expect(await outside).toBe('refused');
    expect(wrong.join()).toContain('Content Security Policy');
  }, 60_000);

  test('is used by keyboard: past the top, the pause, what is closed', async () => {
    gateway = await start();
    const page = await open(gateway.adminAddress);
    const focused = () => page.evaluate('document.activeElement.textContent');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('To the content');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Pause');
    await page.keyboard.press('Space');
    await page.getByText(/^paused, as of/).waitFor();
    await page.keyboard.press('Space');
    await page.getByText(/^live, as of/).waitFor();
    await page.keyboard.press('Tab');
    expect(await focused()).toContain('quiet');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Policies and their parameters');
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'fixed' }).first().waitFor();
    // An update takes the focus from nobody.
    const before = asked.length;
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(before + 3);
    expect(await focused()).toBe('Policies and their parameters');
  }, 60_000);

  test.each([
    [360, 'light'],
    [360, 'dark'],
    [1920, 'light'],
    [1920, 'dark'],
  ] as const)(
    'axe finds nothing at %d px, %s, and nothing sticks out',
    async (width, colorScheme) => {
      gateway = await start();
      const page = await open(gateway.adminAddress, { viewport: { width, height: 800 }, colorScheme });
      const stop = flood(gateway.address, 12);
      await page.getByText('shedding', { exact: true }).waitFor();
      await page.getByText('wiki: shed, admission says queue_full').first().waitFor();
      await stop();
      await openEverything(page);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      // Every chart has lines in it.
      const drawn = await page.evaluate<number[]>(
        "[...document.querySelectorAll('canvas')].map((canvas) => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size)",
      );
      expect(drawn).toHaveLength(5);
      for (const colors of drawn) expect(colors).toBeGreaterThan(3);
    },
    60_000,
  );

  test('moves nothing for who wants that', async () => {
    gateway = await start();
    const page = await open(gateway.adminAddress, { reducedMotion: 'reduce' });
    expect(await page.evaluate('getComputedStyle(document.documentElement).scrollBehavior')).toBe('auto');
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  }, 60_000);

  test('takes nothing that it is told for HTML', async () => {
    const evil = '<img src=x onerror="document.title=1"></script><b>&lt;';
    const source: AdminSource = {
      version: evil,
      startedMs: Date.now() - 5000,
      readiness: () => ({ ready: false, reason: evil }),
      listeners: () => [evil],
      lastReload: () => ({ successful: false, atMs: Date.now(), faults: [evil] }),
      load: emptyLoad,
      recentChanges: () => [{ atMs: Date.now(), event: evil, fields: { application: evil, [evil]: evil } }],
      lastDecisions: () => undefined,
      frontendDecisions: () => '',
      exposition: () => Promise.reject(new Error('not asked for')),
      applications: () =>
        ['', ' again'].map((more) => ({
          name: evil + more,
          at: evil,
          lanes: ['exec'],
          inflight: { exec: 1, forward: 0 },
          limits: { exec: 4 },
          queued: 0,
          oldestWaitMs: 0,
          retryAfterMs: 1000,
          queueLimit: undefined,
          daemon: 'failing',
          lastDaemonFailure: evil,
          policies: [{ name: evil, parameters: { [evil]: evil }, units: { [evil]: evil } }],
          decisions: [{ policy: evil, lane: evil, reason: evil, total: 1 }],
        })),
    };
    const server = startAdminServer({ kind: 'tcp', host: '127.0.0.1', port: 0 }, source);
    try {
      const page = await open(server.address);
      await openEverything(page);
      expect(await page.getByText(evil).count()).toBeGreaterThan(15);
      expect(await page.locator('img, b').count()).toBe(0);
      expect([await page.title(), wrong]).toEqual([`Spillway: ${evil}`, []]);
    } finally {
      await browser.contexts()[0]?.close();
      await server.close();
    }
  }, 60_000);
});
