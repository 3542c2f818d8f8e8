import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/load-configuration.ts';

test('the configuration of the demo is without fault, and has both lanes', async () => {
  const loaded = await loadConfiguration(join(import.meta.dirname, '../../demo/spillway.yaml'));
  if ('kind' in loaded) throw new Error(loaded.faults.join('\n'));
  expect(loaded.applications).toMatchObject([{ name: 'guestbook', at: '', cgi: {}, scgi: { daemon: {} } }]);
});
