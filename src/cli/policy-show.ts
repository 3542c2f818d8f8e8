import { partsOf } from '../policy/composed-policy.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { parameterForm, writtenDefault } from '../policy/parameter-text.ts';
import { filledLines } from './filled-lines.ts';

/** `spillway policy show NAME`. Throws a Fault where there is no such policy. */
export async function policyShow(name: string): Promise<void> {
  const definition = await loadPolicy(name, { directory: process.cwd() });
  const { when, source, parameters, signals, reasons } = definition;
  const parts = partsOf(definition);
  const declared = Object.entries(parameters);
  const described = declared.map(([key, parameter]) => {
    const preset = writtenDefault(parameter);
    const head = `  ${key}: ${preset.includes('\n') ? `|\n${filledLines(preset, '      ')}` : preset}`;
    return `${head}\n${filledLines(`(${parameterForm(parameter)}) ${parameter.meaning}`, '      ')}`;
  });
  const written = declared.map(([key, parameter]) => `${key}: ${yamlOf(writtenDefault(parameter))}`);
  const entry = written.length === 0 ? name : `{ ${name}: { ${written[0]} } }`;
  process.stdout.write(
    `${[
      definition.name,
      filledLines(when, '  '),
      filledLines(`Source: ${source}`, '  '),
      ...(parts === undefined ? [] : [`  Composed of: ${parts.join(', ')}`]),
      '',
      declared.length === 0 ? 'It has no parameters.' : 'Parameters, with their defaults:',
      ...described,
      '',
      `Signals that it reads: ${signals.length === 0 ? 'none' : signals.join(', ')}`,
      `Reasons that it gives: ${reasons.length === 0 ? 'none' : reasons.join(', ')}`,
      '',
      'In a configuration:',
      `  policies: [ ${entry} ]`,
    ].join('\n')}\n`,
  );
}

/** In quotes where it would be something else in a flow of YAML. */
function yamlOf(text: string): string {
  return /^[A-Za-z0-9_.-]+$/.test(text) ? text : JSON.stringify(text);
}
