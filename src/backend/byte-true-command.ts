import type { ProgramVariables } from './program-environment.ts';

/**
 * The command that runs a program with variables of any bytes: the program itself, or a shell that first turns the
 * escaped variables into their bytes. Values go by the environment, never by arguments, which every user can see.
 */
export function byteTrueCommand(program: string, { variables, escaped }: ProgramVariables): string[] {
  if (escaped.length === 0) return [program];
  // `$( )` takes newlines off the end of a value: the underscore guards them.
  const steps = escaped.map((name) => `${name}=$(printf '%b_' "$${name}"); ${name}=\${${name}%_}`);
  // Variables that shells add of their own accord.
  const added = ['PWD', 'OLDPWD', 'SHLVL', '_'].filter((name) => !(name in variables));
  return ['/bin/sh', '-c', `${steps.join('; ')}; unset ${added.join(' ')}; exec "$0"`, program];
}
