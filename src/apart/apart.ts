import { readFileSync, writeSync } from 'node:fs';
import { deserialize } from 'node:v8';

const INPUT = 0;
const WORDS = 3;

/** What a module has that is run by `runApart`. Words are written at once: they are out before whatever comes next, and be it an endless loop. */
export const apart = {
  input(): unknown {
    return deserialize(readFileSync(INPUT));
  },
  /** One word, as JSON. */
  say(word: object): void {
    writeSync(WORDS, `${JSON.stringify(word)}\n`);
  },
  done(): void {
    writeSync(WORDS, 'done\n');
  },
};
