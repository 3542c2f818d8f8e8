import type { PreparedAnswer } from '../core/overload-page.ts';
import type { View } from '../core/view.ts';
import type { PageConfiguration } from './page-configuration.ts';
import type { PageFormat } from './page-negotiator.ts';
import { BUILT_IN_PAGE } from './page-source.ts';
import { CAUSES } from './page-texts.ts';
import { readPageSource } from './read-page-source.ts';
import { renderOverloadPages } from './render-overload-pages.ts';
import { RenderedOverloadPage } from './rendered-overload-page.ts';
import { type Intent, type RenderedPages, shelfOf } from './rendered-pages.ts';
import { stateOf } from './state-of.ts';

/** What there is to see, or why not; `files`: what it depends on, beside the pages' own. */
export type PreviewSource =
  | { readonly applications: readonly PreviewedApplication[]; readonly files: readonly string[] }
  | { readonly faults: string; readonly files: readonly string[] };

export interface PreviewedApplication {
  readonly name: string;
  readonly page: PageConfiguration | undefined;
}

export interface PreviewChoice {
  readonly application: string;
  readonly reason: string;
  /** Below the application's own path. */
  readonly path: string;
  readonly language: string;
  readonly intent: Intent;
  readonly format: PageFormat;
}

/** A reason in the words of a policy stands for each cause of ours. */
const REASON_OF = {
  busy: 'drowning',
  full: 'queue_full',
  late: 'queue_timeout',
  starting: 'start_timeout',
  closed: 'draining',
  excess: 'over_fair_share',
} as const;

const ACCEPT: Readonly<Record<PageFormat, string>> = {
  html: 'text/html',
  json: 'application/problem+json',
  text: 'text/plain',
  short: '*/*',
};

/** Every overload page of a configuration, for an operator who is writing one: kept up to date, the last good ones where there are faults. */
export class PreviewedPages {
  readonly #load: () => Promise<PreviewSource>;
  readonly #rendered = new Map<string, RenderedPages>();
  readonly #listeners = new Set<() => void>();
  #files: readonly string[] | undefined;
  #seen = '';
  faults = '';

  constructor(load: () => Promise<PreviewSource>) {
    this.#load = load;
  }

  get applications(): string[] {
    return [...this.#rendered.keys()];
  }

  languages(application: string): readonly string[] {
    return this.#rendered.get(application)?.languages ?? [];
  }

  /** The reasons of the gateway and those that the operator has exceptions or words for. */
  reasons(application: string): string[] {
    const { rules, words = {} } = this.#rendered.get(application) ?? {};
    const worded = Object.values(words).flatMap(({ reasons }) => Object.keys(reasons));
    const own = [...Object.keys(rules?.reasons ?? {}), ...worded].filter(
      (reason) => !CAUSES.some((cause) => cause === reason),
    );
    return [...new Set([...Object.values(REASON_OF), ...own])];
  }

  paths(application: string): string[] {
    return ['/', ...(this.#rendered.get(application)?.rules.routes ?? []).map(({ at }) => at)];
  }

  /** Calls `listener` after every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks whether something was saved. */
  async look(): Promise<void> {
    if (this.#files !== undefined && stateOf(this.#files) === this.#seen) return;
    const source = await this.#load();
    const files = [...source.files];
    if ('faults' in source) {
      this.faults = source.faults;
      // The pages' own files may be what the faults are in.
      this.#follow([...files, ...(this.#files ?? [])]);
    } else {
      const faults: string[] = [];
      for (const { name, page } of source.applications) {
        const read = page === undefined ? undefined : readPageSource(page);
        files.push(...(read?.files ?? []));
        faults.push(...(read?.faults ?? []).map(String));
        if (read !== undefined && read.faults.length > 0) continue;
        this.#rendered.set(
          name,
          renderOverloadPages({ application: name, source: read?.source ?? BUILT_IN_PAGE }),
        );
      }
      this.faults = faults.join('\n');
      this.#follow(files);
    }
    for (const listener of this.#listeners) listener();
  }

  /** What a visitor would get. */
  answer(choice: PreviewChoice): PreparedAnswer | undefined {
    const rendered = this.#rendered.get(choice.application);
    if (rendered === undefined) return undefined;
    const variables: Readonly<Record<string, string>> = {
      REQUEST_METHOD: choice.intent === 'looking' ? 'GET' : 'POST',
      PATH_INFO: choice.path,
      HTTP_ACCEPT: ACCEPT[choice.format],
      HTTP_ACCEPT_LANGUAGE: choice.language,
    };
    const view: View = { meta: (name) => variables[name], entries: () => Object.entries(variables) };
    const page = new RenderedOverloadPage(shelfOf(rendered), Math.random);
    return page.shed(view, '3f9c2a71d0e4-1k', 12_000, { reason: choice.reason, waiting: 37 });
  }

  #follow(files: readonly string[]): void {
    this.#files = [...new Set(files)];
    this.#seen = stateOf(this.#files);
  }
}
