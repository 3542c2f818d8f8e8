import type { Command } from 'commander';

/** Declares `spillway policy`. */
export function addPolicyCommand(program: Command): void {
  const policy = program.command('policy').description('list, show, make and test policies');
  policy
    .command('list')
    .description('the policies that come with Spillway, and when to choose each')
    .action(async () => (await import('./policy-list.ts')).policyList());
  policy
    .command('show')
    .description('a policy with its parameters, signals and reasons')
    .argument('<NAME>', 'its name, or the path of your own file')
    .action(async (name: string) => (await import('./policy-show.ts')).policyShow(name));
  policy
    .command('new')
    .description('write a policy that works, commented, to begin with')
    .argument('<NAME>', 'what to call it, such as night-shift; the file is NAME.ts here')
    .option('--output <PATH>', 'another file')
    .action(async (name: string, options: { readonly output?: string }) =>
      (await import('./policy-new.ts')).policyNew(name, options.output),
    );
  policy
    .command('test')
    .description('test a policy against the contract; exit 0 where all of it is kept, else 1')
    .argument('<FILE>', 'your own file, or the name of a policy')
    .action(async (file: string) => (await import('./policy-test.ts')).policyTest(file));
  for (const command of policy.commands) {
    command
      .copyInheritedSettings(program)
      .option('--debug', 'show where an unexpected error comes from')
      .helpOption('-h, --help', 'print this help');
  }
}
