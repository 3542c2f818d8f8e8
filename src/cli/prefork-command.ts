import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../config/duration.ts';
import { parseSize } from '../config/size.ts';
import type { PreforkCommandOptions } from './prefork.ts';

/** Declares `spillway prefork`. */
export function addPreforkCommand(program: Command): void {
  // So that the options of COMMAND are its own.
  program.enablePositionalOptions();
  program
    .command('prefork')
    .description('run workers of COMMAND, and serve SCGI (or whatever they speak) with them')
    .argument('<COMMAND...>', 'a worker and its arguments; put `--` before it where it has options')
    .option(
      '--listen <ADDRESS>',
      'unix:PATH, 127.0.0.1:4000, fd:3 or systemd:NAME (default: the socket that was inherited)',
    )
    .requiredOption('--workers <MAX>', 'most workers at once', wholeNumber(1))
    .option('--min-workers <N>', 'fewest workers', wholeNumber(0), 1)
    .option('--min-idle <N>', 'how many are kept idle, as long as there is room', wholeNumber(0), 0)
    .option('--max-requests <N>', 'a worker ends after so many, less up to a tenth by chance', wholeNumber(1))
    .option('--max-memory <SIZE>', 'a worker with more ends after its request, such as 200MiB', size)
    .option('--worker-idle-timeout <D>', 'a worker idle for longer ends, down to the minimum', duration)
    .option('--idle-timeout <D>', 'without requests for so long the server stops', duration)
    .option('--queue <N>', 'most connections that wait for a worker', wholeNumber(0), 128)
    .addOption(
      new Option('--queue-timeout <D>', 'how long a connection waits, then 503')
        .argParser(duration)
        .default(10_000, '10s'),
    )
    .addOption(
      new Option('--silence-timeout <D>', 'how long a connection may send nothing')
        .argParser(duration)
        .default(30_000, '30s'),
    )
    .addOption(
      new Option('--start-timeout <D>', 'how long a worker may take to be ready')
        .argParser(duration)
        .default(30_000, '30s'),
    )
    .addOption(
      new Option('--hand-over-timeout <D>', 'how long a worker may take to acknowledge a connection')
        .argParser(duration)
        .default(3000, '3s'),
    )
    .option('--request-timeout <D>', 'how long a worker may take for a request, then it is killed', duration)
    .addOption(
      new Option('--stop-timeout <D>', 'how long workers may take to finish')
        .argParser(duration)
        .default(30_000, '30s'),
    )
    .addOption(
      new Option('--accept <WHO>', 'who accepts: `worker` for workers that know nothing of ours')
        .choices(['parent', 'worker'])
        .default('parent'),
    )
    .option('--metrics <ADDRESS>', 'where Prometheus finds /metrics, and /readyz is')
    .passThroughOptions()
    .action(async (command: string[], options: PreforkCommandOptions) =>
      (await import('./prefork.ts')).prefork(command, options),
    );
}

function wholeNumber(from: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < from)
      throw new InvalidArgumentError(`expected a whole number from ${from} up.`);
    return value;
  };
}

function duration(text: string): number {
  const value = parseDuration(text);
  if (value === undefined || value <= 0)
    throw new InvalidArgumentError('expected a duration such as 500ms, 30s or 5m.');
  return value;
}

function size(text: string): number {
  const value = parseSize(text);
  if (value === undefined || value <= 0) throw new InvalidArgumentError('expected a size such as 200MiB.');
  return value;
}
