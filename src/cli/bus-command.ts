import type { Command } from 'commander';
import type { BusPublishOptions } from './bus.ts';

/** Declares `spillway bus`. */
export function addBusCommand(program: Command): void {
  const bus = program
    .command('bus')
    .description('tell applications, or the gateway, that something has happened; hear what happens');
  bus
    .command('publish')
    .description(
      'publish EVENT (reload, graceful; for an application any name) to the gateway, or to an application',
    )
    .argument('<EVENT>', 'of lower case letters, digits and -')
    .argument('[FILE]', 'the configuration that the gateway runs with', 'spillway.yaml')
    .option('--application <NAME>', 'to this application, not to the gateway')
    .option('--payload <JSON>', 'what goes with it')
    .action(async (event: string, file: string, options: BusPublishOptions) =>
      (await import('./bus.ts')).publish(event, file, options),
    );
  bus
    .command('events')
    .description('show what is published, a line of JSON each')
    .argument('[FILE]', 'the configuration that the gateway runs with', 'spillway.yaml')
    .action(async (file: string) => (await import('./bus.ts')).events(file));
}
