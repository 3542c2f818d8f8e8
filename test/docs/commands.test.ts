import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/create-program.ts';
import { documents } from '../support/documents.ts';

/** `npx spillway` and all that is written behind it, without what the shell or a reader takes for a comment. */
const commands = [...documents].flatMap(([path, text]) =>
  [...text.matchAll(/npx spillway ([^\n`]+)/g)].map(
    ([, words = '']) => [path, words.replace(/\s+#.*/, '').trim()] as const,
  ),
);

/** The command that the words begin with, and the words that are left for it. */
function find(written: string): { readonly command: Command; readonly rest: readonly string[] } {
  let command = createProgram();
  const rest = written.split(/\s+/);
  while (command.commands.length > 0) {
    const name = rest.shift();
    const next = command.commands.find((one) => one.name() === name);
    if (next === undefined) throw new Error(`expected a command of ${command.name()}, found ${name}`);
    command = next;
  }
  return { command, rest };
}

test.each(commands)(
  '%s: npx spillway %s is a command that there is, with options that it has',
  (_path, written) => {
    const { command, rest } = find(written);
    const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
    const options = command.options.flatMap(({ long }) => long ?? []);
    for (const word of own) if (word.startsWith('--')) expect(options).toContain(word);
  },
);

test('every command is in one of the documents', () => {
  const text = [...documents.values()].join('\n');
  for (const command of createProgram().commands) expect(text).toContain(`spillway ${command.name()}`);
});
