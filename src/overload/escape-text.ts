import type { PageFormat } from './page-negotiator.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (unit) => ENTITIES[unit] ?? '');
}

/** What makes a text harmless in a page of this format. */
export const ESCAPE_TEXT: Readonly<Record<PageFormat, (text: string) => string>> = {
  html: escapeHtml,
  json: (text) => JSON.stringify(text).slice(1, -1),
  text: String,
  short: String,
};

/** A request's id, a byte string, as ASCII: front servers may give ids of any look. */
export function shownId(id: string, format: PageFormat): string {
  if (/^[\w.:-]*$/.test(id)) return id;
  // One byte for each character, and the same in UTF-8 as in latin-1.
  return ESCAPE_TEXT[format](id).replace(/[^\x20-\x7e]/g, '?');
}
