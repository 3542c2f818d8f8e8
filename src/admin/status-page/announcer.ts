import type { StatusDocument } from '../status-document.ts';
import { describeChange } from './describe-change.ts';

/** Between two announcements: a screen reader is to be told, not to be talked over. */
const HOLD_MS = 10_000;
/** In one announcement. */
const MOST = 3;
/** What is worth an interruption; all else is in the table. */
const TOLD = new Set([
  'shedding-began',
  'shedding-ended',
  'reloaded',
  'reload-failed',
  'daemon-died',
  'draining',
  'resumed',
]);

/** Says, seldom and briefly, what somebody who does not see the page has to know. */
export class Announcer {
  #waiting: string[] = [];
  #newest: string | undefined;
  #saidMs = Number.NEGATIVE_INFINITY;

  /** Something of the page itself, such as a lost connection. */
  add(sentence: string): void {
    this.#waiting.push(sentence);
  }

  /** The changes that are new in this status. What was there when the page was opened is not. */
  addChanges({ recent_changes }: Pick<StatusDocument, 'recent_changes'>): void {
    const newest = this.#newest;
    this.#newest = recent_changes[0]?.time ?? '';
    if (newest === undefined) return;
    const fresh = recent_changes.filter(({ time, event }) => time > newest && TOLD.has(event));
    for (const change of fresh.reverse()) {
      const who = change.application === null ? '' : `${change.application}: `;
      this.#waiting.push(`${who}${describeChange(change)}.`);
    }
  }

  /** What is to be said now; nothing where there is nothing, or where it is too soon. */
  take(nowMs: number): string | undefined {
    if (this.#waiting.length === 0 || nowMs - this.#saidMs < HOLD_MS) return undefined;
    const left = this.#waiting.length - MOST;
    const said = this.#waiting.slice(-MOST).join(' ');
    this.#waiting = [];
    this.#saidMs = nowMs;
    return left > 0 ? `${said} And ${left} more, in the table of changes.` : said;
  }
}
