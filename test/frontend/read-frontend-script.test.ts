import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFrontendScript } from '../../src/frontend/read-frontend-script.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-script-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('the script of a frontend', () => {
  test('has the configuration on its second line', () => {
    const path = join(folder, 'whole.cgi');
    const configuration = { version: 1, application: { name: 'wiki' }, policies: [], paths: {} };
    writeFileSync(path, `#!/somewhere/spillway-frontend\n${JSON.stringify(configuration)}\n`);
    expect(readFrontendScript(path)).toEqual(configuration);
  });

  test.each([
    ['is cut', '{"version":1,"appl', 'frontend/broken'],
    ['has one line', '', 'frontend/broken'],
    ['is of another version', '{"version":2}', 'frontend/other-version'],
    ['lacks its parts', '{"version":1,"application":{}}', 'frontend/other-version'],
    ['is no map', 'null', 'frontend/other-version'],
  ])('that %s is a fault that says to make it again', (_, line, code) => {
    const path = join(folder, 'broken.cgi');
    writeFileSync(path, `#!/somewhere/spillway-frontend\n${line}`);
    expect(() => readFrontendScript(path)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining('spillway frontend') }),
    );
  });

  test('that is not there is a fault with its path', () => {
    const path = join(folder, 'none.cgi');
    expect(() => readFrontendScript(path)).toThrow(
      expect.objectContaining({ code: 'frontend/unreadable', place: { file: path } }),
    );
  });
});
