import * as z from 'zod';

/**
 * A kind of value that the configuration knows beside those of YAML: a string that `read` makes something of, or nothing where
 * it is not as `expected`, which every issue says. `title` names the kind in the reference and in editors.
 */
export function scalar<Value extends {}>(
  title: string,
  pattern: string,
  expected: string,
  read: (text: string) => Value | undefined,
) {
  return z
    .string({ error: expected })
    .regex(new RegExp(pattern, 'u'), { error: expected, abort: true })
    .transform((text, context): Value => {
      const value = read(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    })
    .meta({ title });
}
