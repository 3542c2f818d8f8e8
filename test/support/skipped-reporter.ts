import type { Reporter, TestModule } from 'vitest/node';

/** Lists at the end what was skipped: a run without its peers must not look like a whole one. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => test.fullName),
    );
    if (skipped.length === 0) return;
    process.stdout.write(
      `\n Skipped, since a program that they talk to is not installed, or what they need is not permitted here:\n${skipped.map((name) => `  - ${name}\n`).join('')}\n`,
    );
  }
}
