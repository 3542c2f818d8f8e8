import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { PolicyConfiguration } from '../../src/config/configuration.ts';
import { loadConfiguration } from '../../src/config/load-configuration.ts';

const CHAINS = ['policies', 'shadow'];

/**
 * Each `golden/NAME.yaml` has beside it what comes of it: `NAME.json`, the resolved configuration, or `NAME.faults`, a
 * fault a line. `vitest -u` writes them anew; read the difference before you keep it.
 */
const directory = join(import.meta.dirname, 'golden');
const names = readdirSync(directory)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length));

test.each(names)('%s.yaml comes to what stands beside it', async (name) => {
  const loaded = await loadConfiguration(join(directory, `${name}.yaml`), {
    searchPath: '/usr/bin:/bin',
    programs: {
      spillway: ['/opt/bun', '/opt/spillway.ts'],
      app: ['/opt/bun', '/opt/app.ts'],
      wsgiAdaptor: '/opt/spillway_wsgi.py',
    },
    runDirectory: undefined,
  });

  const isFaulty = 'kind' in loaded;
  const text = isFaulty
    ? loaded.faults.map((fault) => `${fault}\n`).join('')
    : `${JSON.stringify(loaded, (key, value) => (CHAINS.includes(key) ? value?.map(withoutDefaults) : value), 2)}\n`;

  const beside = readdirSync(directory).filter((file) => new RegExp(`^${name}\\.(json|faults)$`).test(file));
  expect(beside).toEqual([`${name}.${isFaulty ? 'faults' : 'json'}`]);
  await expect(
    text.replaceAll(`${directory}/`, '').replaceAll(`${dirname(directory)}/`, '../'),
  ).toMatchFileSnapshot(join(directory, beside[0]!));
});

/** What the policies' own defaults are is said, and tested, elsewhere. */
function withoutDefaults({ name, definition, parameters, dryRun }: PolicyConfiguration) {
  const set = Object.entries(parameters).filter(
    ([key, value]) => definition.parameters[key]?.default !== value,
  );
  return { name, parameters: Object.fromEntries(set), dryRun };
}
