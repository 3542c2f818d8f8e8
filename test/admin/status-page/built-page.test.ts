import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { buildStatusPage } from '../../../scripts/build-status-page.ts';

const file = new URL('../../../src/admin/built/status-page.html', import.meta.url);

test('the committed page is what its sources build', async () => {
  const built = await buildStatusPage();
  // Not `toBe`, which would print both.
  expect(built === (await readFile(file, 'utf8')), 'bun scripts/generate-status-page.ts').toBe(true);
});

test('it is one small file that names no other', async () => {
  const page = await readFile(file, 'utf8');
  expect(page.length).toBeLessThan(100_000);
  expect(page).not.toMatch(
    /<(script|img|iframe|object)\b[^>]*\bsrc|<link\b[^>]*\bhref="(?!data:)|@import|url\(/i,
  );
});
