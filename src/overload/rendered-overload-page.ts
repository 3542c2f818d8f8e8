import type { OverloadPage, PreparedAnswer, ShedCircumstances } from '../core/overload-page.ts';
import type { Random } from '../core/random.ts';
import type { View } from '../core/view.ts';
import { reasonPhrase } from '../protocol/http1/reason-phrase.ts';
import { answerFields } from './answer-fields.ts';
import { boundedMemo } from './bounded-memo.ts';
import { causeOf } from './cause-of.ts';
import { sayDuration } from './duration-words.ts';
import { ESCAPE_TEXT, shownId } from './escape-text.ts';
import { HOLES, REASON_HOLES, SHARED_HOLES } from './holes.ts';
import { type PageFormat, PageNegotiator } from './page-negotiator.ts';
import { type PageShelf, pageKey, type RenderedWords } from './rendered-pages.ts';
import { ruleFor } from './rule-for.ts';
import { type FilledText, type Filling, SplicedText } from './spliced-text.ts';

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

interface PreparedPage {
  readonly text: FilledText;
  /** The field lines for a Retry-After in seconds. */
  readonly fields: (retryAfter: string) => Uint8Array;
  /** A page that says when by the clock. */
  readonly hasTime: boolean;
  readonly hasClock: boolean;
  readonly hasQueue: boolean;
  readonly phrases: Phrases;
}

/** What a language says of numbers, by format: each worked out when it is first needed. */
interface Phrases {
  readonly duration: (seconds: number) => Uint8Array;
  readonly queue: (waiting: number) => Uint8Array;
  readonly waiting: (waiting: number) => Uint8Array;
  readonly time: (second: number) => Uint8Array;
}

export interface RenderedPageOptions {
  /** A text with holes as gzip, for those who take it: pays where a process prepares once what it sends often. */
  readonly compress?: (text: string, made: TextOrigin) => FilledText;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
  /** Path prefix of the application; without it PATH_INFO alone tells routes apart. */
  readonly at?: string;
}

/** Of what a text was made. */
export interface TextOrigin {
  /** Of the page, see `pageKey`. */
  readonly key: string;
  /** What went into the holes of the reason. */
  readonly known: Readonly<Record<keyof typeof REASON_HOLES, string>>;
}

/** A short page fits in one packet, compressed or not. */
const LEAST_COMPRESSED = 1400;

const UNKNOWN: ShedCircumstances = { reason: '' };

/**
 * Chooses among pages that were rendered beforehand, and fills in what differs from visitor to visitor. Retry-After is
 * `retryAfterMs` and up to twice that, so that those who were shed together do not come back together.
 */
export class RenderedOverloadPage implements OverloadPage {
  readonly #random: Random;
  readonly #shelf: PageShelf;
  readonly #options: RenderedPageOptions;
  readonly #wallClock: () => number;
  readonly #negotiator: PageNegotiator;
  /** Each is cut up when it is first needed, and kept: formats, languages and known reasons are closed sets. */
  readonly #pages = new Map<string, PreparedPage>();
  readonly #phrases = new Map<string, Phrases>();

  constructor(shelf: PageShelf, random: Random, options: RenderedPageOptions = {}) {
    this.#shelf = shelf;
    this.#random = random;
    this.#options = options;
    this.#wallClock = options.wallClock ?? Date.now;
    this.#negotiator = new PageNegotiator(shelf.languages);
  }

  shed(view: View, id: string, retryAfterMs: number, circumstances = UNKNOWN): PreparedAnswer {
    const method = view.meta('REQUEST_METHOD');
    const intent = method === 'GET' || method === 'HEAD' ? 'looking' : 'sending';
    const format = this.#negotiator.format(view);
    const language = this.#negotiator.language(view);
    const { reason } = circumstances;
    const { template, status } = ruleFor(this.#shelf.rules, reason, view, this.#options.at);
    const gzip = this.#options.compress !== undefined && format === 'html' && this.#negotiator.gzip(view);
    const known = this.#shelf.words(language)?.reasons[reason] === undefined ? causeOf(reason) : reason;
    const number = format === 'html' ? template : 0;
    const key = `${number}${format}${intent}${language} ${known} ${status}${gzip}`;
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = this.#prepare(pageKey(number, format, intent, language), {
        format,
        language,
        reason: known,
        cause: causeOf(reason),
        status,
        gzip,
      });
      this.#pages.set(key, page);
    }
    const seconds = Math.max(1, Math.ceil((retryAfterMs * (1 + this.#random())) / 1000));
    const retryAfter = String(seconds);
    const { phrases } = page;
    const filling: Writable<Filling> = {
      requestId: shownId(id, format),
      retryAfter,
      retryIn: phrases.duration(seconds),
    };
    if (page.hasTime) {
      const at = Math.ceil(this.#wallClock() / 1000) + seconds;
      filling.retryAt = isoTime(at);
      if (page.hasClock) filling.retryTime = phrases.time(at);
    }
    // Asked for only where it is said: to count may cost something.
    const waiting = page.hasQueue ? (circumstances.waiting ?? 0) : 0;
    if (waiting > 0) {
      filling.queue = phrases.queue(waiting);
      filling.waiting = phrases.waiting(waiting);
    }
    const body = page.text.fill(filling);
    return {
      head: {
        status,
        reason: '',
        fields: page.fields(retryAfter),
        contentLength: body.length,
        hasDate: false,
      },
      body,
    };
  }

  #prepare(key: string, of: PageAttributes): PreparedPage {
    const { format, language, reason, cause, status, gzip } = of;
    const rendered = this.#shelf.page(key);
    const words = this.#shelf.words(language);
    if (rendered === undefined || words === undefined)
      throw new Error(`no overload page is prepared for ${key}`);
    const escapeText = ESCAPE_TEXT[format];
    const said = words.reasons[reason] ?? { text: '' };
    let whole = rendered.text;
    for (const [index, hole] of SHARED_HOLES.entries())
      whole = whole.replaceAll(hole, () => this.#shelf.shared[index] ?? '');
    const known = {
      title: escapeText(said.title ?? words.title),
      reason: escapeText(said.text),
      status: String(status),
      phrase: escapeText(reasonPhrase(status)),
      cause,
    };
    for (const [name, value] of Object.entries(known))
      whole = whole.replaceAll(REASON_HOLES[name as keyof typeof known], () => value);
    const compress = gzip && whole.length >= LEAST_COMPRESSED ? this.#options.compress : undefined;
    return {
      text: compress === undefined ? new SplicedText(whole) : compress(whole, { key, known }),
      fields: boundedMemo(128, (retryAfter) =>
        answerFields({
          format,
          language: rendered.language,
          policy: rendered.policy,
          gzip: compress !== undefined,
          retryAfter,
        }),
      ),
      hasTime: whole.includes(HOLES.retryAt) || whole.includes(HOLES.retryTime),
      hasClock: whole.includes(HOLES.retryTime),
      hasQueue: whole.includes(HOLES.queue) || whole.includes(HOLES.waiting),
      phrases: this.#phrasesOf(format, language, words),
    };
  }

  #phrasesOf(format: PageFormat, language: string, words: RenderedWords): Phrases {
    const key = `${format} ${language}`;
    const known = this.#phrases.get(key);
    if (known !== undefined) return known;
    const made = makePhrases(format, language, words);
    this.#phrases.set(key, made);
    return made;
  }
}

interface PageAttributes {
  readonly format: PageFormat;
  readonly language: string;
  /** Whose words are shown. */
  readonly reason: string;
  readonly cause: string;
  readonly status: number;
  readonly gzip: boolean;
}

function makePhrases(format: PageFormat, language: string, words: RenderedWords): Phrases {
  const escapeText = ESCAPE_TEXT[format];
  const durations = words.durations.split('|');
  const number = (waiting: number): string => sayNumber(waiting, words.digits, language);
  return {
    duration: boundedMemo(512, (seconds: number) => Buffer.from(escapeText(sayDuration(durations, seconds)))),
    queue: boundedMemo(512, (waiting: number) =>
      Buffer.from(escapeText(words.queue.replace('{waiting}', () => number(waiting)))),
    ),
    waiting: boundedMemo(512, (waiting: number) => Buffer.from(escapeText(number(waiting)))),
    time: boundedMemo(256, (second: number) => Buffer.from(escapeText(clockTime(language, second)))),
  };
}

/** The runtime's formatters cost a one-shot frontend 3 ms; no language groups the digits of so small a number. */
function sayNumber(number: number, digits: readonly string[], language: string): string {
  if (number >= 1000) return number.toLocaleString(language);
  return Array.from(String(number), (digit) => digits[Number(digit)] ?? digit).join('');
}

function clockTime(language: string, second: number): string {
  return new Date(second * 1000).toLocaleTimeString(language, {
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  });
}

const isoTime = boundedMemo(256, (second: number) =>
  new Date(second * 1000).toISOString().replace('.000Z', 'Z'),
);
