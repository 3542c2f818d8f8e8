import Mustache from 'mustache';
import type { PageFormat } from './page-negotiator.ts';

/** What makes a request's id harmless in a page of this format. */
export const ESCAPE_ID: Readonly<Record<PageFormat, (id: string) => string>> = {
  html: (id) => Mustache.escape(id),
  json: (id) => JSON.stringify(id).slice(1, -1),
  text: (id) => id,
};
