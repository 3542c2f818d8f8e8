import { formatDuration } from '../config/duration.ts';
import type { Parameter } from '../core/parameter.ts';

/** What may be written for a parameter, in words: `load per processor, 0 to 1000`. */
export function parameterForm(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'boolean':
      return 'true, false';
    case 'choice':
      return parameter.choices.join(', ');
    case 'text':
      return parameter.form;
    case 'duration':
      return `duration${range(parameter, formatDuration)}`;
    default:
      return `${parameter.unit}${range(parameter, String)}`;
  }
}

/** Its default as it would be written. */
export function writtenDefault(parameter: Parameter): string {
  return parameter.kind === 'duration' ? formatDuration(parameter.default) : String(parameter.default);
}

function range(
  { minimum, maximum }: { readonly minimum?: number; readonly maximum?: number },
  format: (value: number) => string,
): string {
  if (minimum !== undefined && maximum !== undefined) return `, ${format(minimum)} to ${format(maximum)}`;
  if (minimum !== undefined) return `, at least ${format(minimum)}`;
  return maximum === undefined ? '' : `, at most ${format(maximum)}`;
}
