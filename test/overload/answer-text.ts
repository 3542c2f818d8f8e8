import type { AnswerHead } from '../../src/core/answer.ts';
import type { PreparedAnswer } from '../../src/core/overload-page.ts';

export function textOf(answer: PreparedAnswer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(answer.body);
}

/** Field values by lower-case name. Throws where a line is not `Name: value` and CRLF. */
export function fieldsOf(head: AnswerHead): Record<string, string> {
  const lines = new TextDecoder('latin1').decode(head.fields).split('\r\n');
  if (lines.pop() !== '') throw new Error('the last field line does not end with CRLF');
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([\w-]+): (\S.*)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`not a field line: ${line}`);
      return [name.toLowerCase(), value];
    }),
  );
}
