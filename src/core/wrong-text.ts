import type { TextProblem } from './parameter.ts';

/** Thrown inside the reading of a text, never out of it: where the text is wrong. */
export class WrongText {
  readonly problem: TextProblem;

  constructor(text: string, offset: number, expected: string, found: string) {
    const before = text.slice(0, offset).split('\n');
    this.problem = { line: before.length, column: (before.at(-1) ?? '').length + 1, expected, found };
  }
}
