import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCommand } from './run-command.ts';

const soak = fileURLToPath(new URL('../soak/soak.ts', import.meta.url));

test('twenty seconds of visitors who leave, crawl and pipeline, and of daemons that are killed, leave nothing behind', async () => {
  const { code, output } = await runCommand(process.execPath, [soak, '--seconds', '20', '--visitors', '8'], {
    deadlineMs: 110_000,
  });
  expect(output).toContain('no breach');
  expect(code, output).toBe(0);
  process.stdout.write(output.replace(/^/gm, '   '));
}, 120_000);
