import { closeSync, ftruncateSync, readFileSync, writeSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { openSharedFile } from '../system/open-shared-file.ts';
import { StartScore } from './start-score.ts';

/** `score moment` */
const FORM = /^(\d+(?:\.\d+)?) (\d+(?:\.\d+)?)\n$/;

/**
 * The start score that the last keeper left in a file; each change goes there. `clock` goes on from process to process. A score from a
 * time to come is from before the machine was started, and counts for nothing, as does a file that cannot be read.
 */
export function savedStartScore(path: string, clock: Pick<Clock, 'now'>): StartScore {
  const save = (score: number): void => write(path, `${score} ${clock.now()}\n`);
  const [, score, atMs] = FORM.exec(read(path)) ?? [];
  return score === undefined || Number(atMs) > clock.now()
    ? new StartScore(0, 0, save)
    : new StartScore(Number(score), Number(atMs), save);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Without the file, keepers know of their own starts only. */
function write(path: string, text: string): void {
  try {
    const descriptor = openSharedFile(path);
    if (descriptor === undefined) return;
    try {
      ftruncateSync(descriptor, 0);
      writeSync(descriptor, text, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // As said above.
  }
}
