import type { PageFormat } from './page-negotiator.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What makes a request's id harmless in a page of this format. */
export const ESCAPE_ID: Readonly<Record<PageFormat, (id: string) => string>> = {
  html: (id) => id.replace(/[&<>"']/g, (unit) => ENTITIES[unit] ?? ''),
  json: (id) => JSON.stringify(id).slice(1, -1),
  text: (id) => id,
};
