import { createHash } from 'node:crypto';
import Mustache from 'mustache';
import { ownPagePolicy } from './answer-fields.ts';
import { builtInPartials, builtInTemplate } from './built-in-template.ts';
import { durationWords } from './duration-words.ts';
import { HOLES, REASON_HOLES, SHARED_HOLES } from './holes.ts';
import { directionOf, TEXTS } from './languages.ts';
import { BUILT_IN_PAGE, type PageSource } from './page-source.ts';
import type { PageLanguage } from './page-texts.ts';
import { problemJson } from './problem-json.ts';
import {
  type Intent,
  pageKey,
  type RenderedPage,
  type RenderedPages,
  type RenderedWords,
} from './rendered-pages.ts';

export interface RenderOptions {
  /** Shown to visitors. */
  readonly application: string;
  /** What the operator has written. JSON and plain text stay ours. */
  readonly source?: PageSource | undefined;
}

const INTENTS = ['looking', 'sending'] as const;

/** Renders the overload page in every format and language, for those who look and for those who send. */
export function renderOverloadPages({ application, source = BUILT_IN_PAGE }: RenderOptions): RenderedPages {
  const languages = allLanguages(source.languages);
  const partials = builtInPartials();
  const shared = [partials.style, partials.script];
  const pages: Record<string, RenderedPage> = {};
  const words: Record<string, RenderedWords> = {};
  for (const texts of languages) {
    const { language, overload } = texts;
    const { title, reasons, queue } = overload;
    words[language] = {
      title,
      reasons,
      queue,
      durations: durationWords(language),
      digits: Array.from({ length: 10 }, (_, digit) => digit.toLocaleString(language)),
    };
    for (const intent of INTENTS) {
      const variables = variablesOf(application, source, texts, intent);
      source.templates.forEach((template, number) => {
        pages[pageKey(number, 'html', intent, language)] = htmlPage(template, source, variables, shared);
      });
      pages[pageKey(0, 'json', intent, language)] = { text: jsonPage(variables), language };
      for (const [format, name] of [
        ['text', 'overload.txt'],
        ['short', 'overload.short'],
      ] as const) {
        const said = intent === 'looking' ? { ...variables, ...whenIn(overload.again) } : variables;
        const text = Mustache.render(builtInTemplate(name), said, undefined, { escape: String });
        pages[pageKey(0, format, intent, language)] = { text, language };
      }
    }
  }
  return { languages: languages.map(({ language }) => language), pages, shared, words, rules: source.rules };
}

/** An operator's words take the place of ours for the same language. */
function allLanguages(own: readonly PageLanguage[]): PageLanguage[] {
  const known = new Map<string, PageLanguage>(TEXTS.map((texts) => [texts.language, texts]));
  for (const texts of own) known.set(texts.language, texts);
  return [...known.values()];
}

type Variables = ReturnType<typeof variablesOf>;

function variablesOf(
  application: string,
  { contact, links }: PageSource,
  { language, overload, requestId, quoteIt }: PageLanguage,
  intent: Intent,
) {
  const looking = intent === 'looking';
  return {
    application,
    language,
    direction: directionOf(language),
    intent,
    looking,
    sending: !looking,
    title: REASON_HOLES.title,
    reason: REASON_HOLES.reason,
    status: REASON_HOLES.status,
    advice: looking ? overload.looking : overload.sending,
    ...whenIn(looking ? overload.retrying : overload.resend),
    retry_after: HOLES.retryAfter,
    retry_in: HOLES.retryIn,
    retry_at: HOLES.retryAt,
    retry_time: HOLES.retryTime,
    request_id: HOLES.requestId,
    request_label: requestId,
    request_hint: quoteIt,
    queue: HOLES.queue,
    waiting: HOLES.waiting,
    contact: contact ?? '',
    contact_url: contactUrl(contact ?? ''),
    contact_label: overload.contact,
    has_links: links.length > 0,
    links,
    back_label: overload.back,
    pause_label: overload.pause,
    resume_label: overload.resume,
    paused_label: overload.paused,
    trying_label: overload.trying,
    ready_label: overload.ready,
  };
}

function whenIn(sentence: string) {
  const [before = '', after = ''] = sentence.split('{time}');
  return { again_before: before, again_after: after };
}

function contactUrl(contact: string): string {
  if (/^(?:https?|mailto|tel):/i.test(contact)) return contact;
  return /^[^\s@/]+@[^\s@/]+$/.test(contact) ? `mailto:${contact}` : '';
}

function htmlPage(
  template: string | undefined,
  { partials }: PageSource,
  variables: Variables,
  shared: readonly string[],
): RenderedPage {
  const known = { ...builtInPartials(), ...partials };
  const text = Mustache.render(template ?? builtInTemplate('overload.html'), variables, known);
  const ours = template === undefined && Object.keys(partials).length === 0;
  // A page in one language, whatever the visitor's, does not say which.
  const knowsLanguage = ours || text.includes(`lang="${variables.language}"`);
  let kept = text;
  shared.forEach((part, index) => {
    kept = kept.replaceAll(part, SHARED_HOLES[index] ?? part);
  });
  return {
    text: kept,
    ...(knowsLanguage && { language: variables.language }),
    ...(ours && { policy: ownPagePolicy(scriptHashes(text)) }),
  };
}

function scriptHashes(page: string): string[] {
  return [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `sha256-${createHash('sha256').update(script).digest('base64')}`,
  );
}

function jsonPage({ advice, contact, links }: Variables): string {
  return problemJson({
    title: REASON_HOLES.phrase,
    status: REASON_HOLES.status,
    detail: `${REASON_HOLES.reason} ${advice}`,
    extensions: {
      reason: REASON_HOLES.cause,
      retry_after: HOLES.retryAfter,
      retry_at: HOLES.retryAt,
      contact: contact === '' ? undefined : contact,
      links: links.length === 0 ? undefined : links,
    },
  });
}
