import type { Entry } from './entry-store.ts';
import { Html, html } from './html.ts';
import { style } from './style.ts';

/** How this page came about, for its footer. */
export interface Served {
  /** In words: `as a CGI program`. */
  readonly how: string;
  readonly tookMs: number;
}

/** What the visitor typed, and what is wrong with it. */
export interface Draft {
  readonly name: string;
  readonly message: string;
  readonly wrong?: string;
}

export const LONGEST_NAME = 60;
export const LONGEST_MESSAGE = 2000;

/** `base`: the path of the guest book, without a slash at its end. */
function frame(base: string, title: string, content: Html, served: Served): string {
  const document = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title><link rel="alternate" type="application/feed+json" href="${base}/feed.json" title="Guest book">
<link rel="icon" href="data:,"><style>${new Html(style)}</style></head>
<body><header><h1><a href="${base}/">Guest book</a></h1><p>Leave a line for those who come after you.</p></header>
<main>${content}</main>
<footer>Served <strong>${served.how}</strong> in ${served.tookMs.toFixed(1)} ms · <a href="${base}/feed.json">feed</a></footer></body></html>
`;
  return document.text;
}

export function listPage(
  base: string,
  list: {
    readonly entries: readonly Entry[];
    readonly page: number;
    readonly pages: number;
    readonly count: number;
    readonly draft: Draft | undefined;
  },
  served: Served,
): string {
  const { entries, page, pages, count, draft } = list;
  const content = html`${form(base, draft)}
<p class="soft">${count === 1 ? '1 entry' : `${count} entries`}${pages > 1 ? `, page ${page} of ${pages}` : ''}</p>
${entries.map((entry) => article(base, entry))}
<nav aria-label="Pages"><span>${page > 1 ? html`<a rel="prev" href="${base}/?page=${page - 1}">Newer</a>` : undefined}</span>
<span>${page < pages ? html`<a rel="next" href="${base}/?page=${page + 1}">Older</a>` : undefined}</span></nav>`;
  return frame(base, page > 1 ? `Guest book, page ${page}` : 'Guest book', content, served);
}

export function entryPage(base: string, entry: Entry, served: Served): string {
  const content = html`${article(base, entry)}<nav><a href="${base}/">All entries</a></nav>`;
  return frame(base, `${entry.name} in the guest book`, content, served);
}

export function messagePage(base: string, title: string, served: Served): string {
  const content = html`<article><h2>${title}</h2><p><a href="${base}/">To the guest book</a></p></article>`;
  return frame(base, title, content, served);
}

function form(base: string, draft: Draft | undefined): Html {
  return html`<form method="post" action="${base}/">
${draft?.wrong === undefined ? undefined : html`<p class="wrong" role="alert">${draft.wrong}</p>`}
<label for="name">Name</label><input id="name" name="name" required maxlength="${LONGEST_NAME}" autocomplete="name" value="${draft?.name}">
<label for="message">Message</label><textarea id="message" name="message" required maxlength="${LONGEST_MESSAGE}">
${draft?.message}</textarea>
<button>Sign the guest book</button></form>`;
}

function article(base: string, entry: Entry): Html {
  const written = new Date(entry.writtenAt).toISOString();
  return html`<article><h2>${entry.name}</h2>
<a href="${base}/entry/${entry.id}"><time datetime="${written}">${written.slice(0, 16).replace('T', ' ')} UTC</time></a>
<p>${entry.message}</p></article>`;
}
