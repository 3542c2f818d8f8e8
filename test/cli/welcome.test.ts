import { expect, test } from 'vitest';
import { welcome } from '../../src/cli/welcome.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';

test.each([
  ['/wiki', 'http://127.0.0.1:8080/wiki/'],
  ['', 'http://127.0.0.1:8080/'],
])('the flood that it proposes goes to an application, at "%s"', (at, url) => {
  const gateway = {
    configuration: { applications: [{ name: 'wiki', at, cgi: undefined, scgi: undefined }] },
    addresses: ['http://127.0.0.1:8080'],
    adminAddress: 'http://127.0.0.1:9180',
  } as unknown as Gateway;
  expect(welcome(gateway)).toContain(`npx spillway flood ${url} --admin http://127.0.0.1:9180 `);
});
