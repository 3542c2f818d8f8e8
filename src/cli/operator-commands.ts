import type { Command } from 'commander';
import type { ExplainOptions } from './explain.ts';
import type { SetOptions } from './set.ts';

const CONFIG = ['--config <FILE>', 'the configuration that the gateway runs with', 'spillway.yaml'] as const;

/** Declares `spillway top`, `set` and `explain`. */
export function addOperatorCommands(program: Command): void {
  program
    .command('top')
    .description(
      'watch applications, lanes, limits, queues, load and changes in a terminal; elsewhere, one look',
    )
    .argument('[FILE]', 'the configuration that the gateway runs with', 'spillway.yaml')
    .action(async (file: string) => (await import('./top/top.ts')).top(file));

  program
    .command('set')
    .description(
      'give a parameter of a policy another value for a while, or take it back; alone it lists what is set',
    )
    .argument('[APPLICATION]', 'its name')
    .argument('[POLICY.PARAMETER=VALUE]', 'such as threshold.shed=6')
    .option('--for <TIME>', 'how long, 1s to 24h', '10m')
    .option('--undo', 'take it back now: POLICY.PARAMETER, or without it all that is set of APPLICATION')
    .option('--list', 'list what is set, and until when')
    .option(...CONFIG)
    .action(async (application: string | undefined, parameter: string | undefined, options: SetOptions) =>
      (await import('./set.ts')).set(application, parameter, options),
    );

  program
    .command('explain')
    .description('say why the request with this id was decided as it was, and what would have changed it')
    .argument('<REQUEST-ID>', 'as in the log, the answer, or the overload page')
    .option('--log <FILE>', 'read this decision log, and ask no gateway')
    .option(...CONFIG)
    .action(async (id: string, options: ExplainOptions) =>
      (await import('./explain.ts')).explain(id, options),
    );
}
