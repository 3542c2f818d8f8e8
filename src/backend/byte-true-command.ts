import type { ProgramVariables } from './program-environment.ts';
import type { ProgramStep } from './program-step.ts';

/**
 * The command that runs a program, given by its words, with variables of any bytes: the program itself, or a shell that first takes the step and turns
 * the escaped variables into their bytes. Values go by the environment, never by arguments, which every user can see.
 */
export function byteTrueCommand(
  program: readonly string[],
  { variables, escaped }: ProgramVariables,
  step: ProgramStep | undefined,
): string[] {
  const words = [...(step?.words ?? []), ...program];
  const limits = step?.shell ?? '';
  if (escaped.length === 0 && limits === '') return words;
  // `$( )` takes newlines off the end of a value: the underscore guards them.
  const turned = escaped
    .map((name) => `${name}=$(printf '%b_' "$${name}"); ${name}=\${${name}%_}; `)
    .join('');
  // Variables that shells add of their own accord.
  const added = ['PWD', 'OLDPWD', 'SHLVL', '_'].filter((name) => !(name in variables));
  return ['/bin/sh', '-c', `${limits}${turned}unset ${added.join(' ')}; exec "$0" "$@"`, ...words];
}
