import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('expected a port, 0 to 65535.');
  return value;
}

/** `spillway page preview | check | new` */
export function addPageCommand(program: Command): void {
  const page = program.command('page').description('write and check the overload page');
  page
    .command('preview')
    .description('show every overload page of FILE in a browser, side by side; shows anew what you save')
    .argument('[FILE]', 'a YAML file; without one: the built-in page')
    .option('--port <NUMBER>', 'where on 127.0.0.1', port, 8088)
    .action(async (file: string | undefined, options: { port: number }) =>
      (await import('./page-preview.ts')).pagePreview(file, options.port),
    );
  page
    .command('check')
    .description(
      'check the overload pages of FILE: what cannot be used (exit 1), and what is unwise, with line and column',
    )
    .argument('<FILE>', 'a YAML file, or one template')
    .action(async (file: string) => (await import('./page-check.ts')).pageCheck(file));
  page
    .command('new')
    .description('write the built-in page into a new FOLDER, as a start for your own')
    .argument('<FOLDER>', 'such as ./overload')
    .action(async (folder: string) => (await import('./page-new.ts')).pageNew(folder));
  for (const command of page.commands)
    command.copyInheritedSettings(program).helpOption('-h, --help', 'print this help');
}
