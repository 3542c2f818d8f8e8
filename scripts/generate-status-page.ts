/**
 * Writes src/admin/built/status-page.html from the sources in src/admin/status-page. With `--check` it changes nothing and fails where the file is
 * not what they build.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildStatusPage } from './build-status-page.ts';

const file = fileURLToPath(new URL('../src/admin/built/status-page.html', import.meta.url));
const current = await buildStatusPage();

if (!process.argv.includes('--check')) {
  await writeFile(file, current);
} else if ((await readFile(file, 'utf8')) !== current) {
  process.stderr.write(
    'src/admin/built/status-page.html is not current: bun scripts/generate-status-page.ts\n',
  );
  process.exitCode = 1;
}
