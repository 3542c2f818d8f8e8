import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Bun runs vitest in threads only.
    pool: 'threads',
    testTimeout: 20_000,
    reporters: ['default', './test/support/skipped-reporter.ts'],
  },
});
