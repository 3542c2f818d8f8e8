import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Bun runs vitest in threads only.
    pool: 'threads',
    testTimeout: 20_000,
    // Bun hands vitest an interop form of zod without its exports; inlined, it is loaded as what it is.
    server: { deps: { inline: ['zod'] } },
    reporters: ['default', './test/support/skipped-reporter.ts'],
  },
});
