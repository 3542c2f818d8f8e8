import type { RequestVariables } from '../../src/app/request-variables.ts';
import type { EntryStore } from './entry-store.ts';
import {
  type Draft,
  entryPage,
  LONGEST_MESSAGE,
  LONGEST_NAME,
  listPage,
  messagePage,
  type Served,
} from './pages.ts';

const PER_PAGE = 20;
const LONGEST_BODY = 16 * 1024;

/** What surrounds one request. */
export interface Surroundings {
  readonly store: EntryStore;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Asked when the page is ready. */
  readonly served: () => Served;
}

/** A request, and where the guest book is. */
interface Visit extends Surroundings {
  readonly request: Request;
  readonly url: URL;
  /** Its path: empty for the root. */
  readonly base: string;
}

/**
 * What visitors of the guest book get. It does not know whether a process was started for one request alone or a daemon runs it.
 *
 *     GET  /            entries, newest first; ?page=2
 *     POST /            name, message: writes an entry, then sends the visitor to /
 *     GET  /entry/17    one entry
 *     GET  /feed.json   the newest entries as a JSON Feed
 *
 * @param variables where the guest book is mounted (SCRIPT_NAME), and the path below (PATH_INFO)
 */
export async function answerVisitor(
  request: Request,
  variables: RequestVariables,
  surroundings: Surroundings,
): Promise<Response> {
  const base = encodeURI((variables.SCRIPT_NAME ?? '').replace(/\/+$/, '').toWellFormed());
  const visit: Visit = { ...surroundings, request, url: new URL(request.url), base };
  const path = variables.PATH_INFO || '/';
  const { method } = request;
  const looking = method === 'GET' || method === 'HEAD';
  const entryId = /^\/entry\/([1-9]\d{0,14})$/.exec(path)?.[1];

  if (path === '/' && method === 'POST') return await sign(visit);
  if (path === '/' && looking) return list(visit);
  if (path === '/feed.json' && looking) return feed(visit);
  if (entryId !== undefined && looking) return showEntry(visit, Number(entryId));
  if (path !== '/' && path !== '/feed.json' && entryId === undefined)
    return message(visit, 404, 'There is no such page');
  const allow = path === '/' ? 'GET, HEAD, POST' : 'GET, HEAD';
  return message(visit, 405, 'That cannot be done here', { Allow: allow });
}

function list(visit: Visit): Response {
  const { count, newest } = visit.store.summary();
  const pages = Math.max(1, Math.ceil(count / PER_PAGE));
  const asked = Number(visit.url.searchParams.get('page') ?? 1);
  const page = Number.isInteger(asked) ? Math.min(Math.max(asked, 1), pages) : 1;
  return unlessKnown(visit, `list-${page}-${count}-${newest}`, () => {
    const entries = visit.store.page(PER_PAGE, (page - 1) * PER_PAGE);
    const shown = { entries, page, pages, count, draft: undefined };
    return htmlResponse(200, listPage(visit.base, shown, visit.served()));
  });
}

function showEntry(visit: Visit, id: number): Response {
  const entry = visit.store.entry(id);
  if (entry === undefined) return message(visit, 404, 'There is no such entry');
  // Entries are never changed.
  return unlessKnown(visit, `entry-${id}`, () =>
    htmlResponse(200, entryPage(visit.base, entry, visit.served())),
  );
}

/** https://www.jsonfeed.org/version/1.1/ */
function feed(visit: Visit): Response {
  const { store, url, base } = visit;
  const { count, newest } = store.summary();
  return unlessKnown(visit, `feed-${count}-${newest}`, () => {
    const home = `${url.origin}${base}/`;
    const items = store.page(PER_PAGE, 0).map((entry) => ({
      id: `${home}entry/${entry.id}`,
      url: `${home}entry/${entry.id}`,
      content_text: entry.message,
      date_published: new Date(entry.writtenAt).toISOString(),
      authors: [{ name: entry.name }],
    }));
    const document = {
      version: 'https://jsonfeed.org/version/1.1',
      title: 'Guest book',
      home_page_url: home,
      feed_url: `${home}feed.json`,
      items,
    };
    return new Response(`${JSON.stringify(document)}\n`, {
      headers: { 'Content-Type': 'application/feed+json' },
    });
  });
}

async function sign(visit: Visit): Promise<Response> {
  const { request, store, base, nowMs } = visit;
  // Browsers say where a form was shown; one on another site must not write in the name of our visitor.
  const site = request.headers.get('Sec-Fetch-Site') ?? 'none';
  if (site !== 'none' && site !== 'same-origin')
    return message(visit, 403, 'Please use the form of this site');
  if (Number(request.headers.get('Content-Length') ?? 0) > LONGEST_BODY)
    return message(visit, 413, 'That is too long');
  const text = await request.text();
  // One that comes in chunks does not say its length.
  if (text.length > LONGEST_BODY) return message(visit, 413, 'That is too long');
  const form = new URLSearchParams(text);
  const draft = {
    name: (form.get('name') ?? '').trim(),
    message: (form.get('message') ?? '').replaceAll('\r\n', '\n').trim(),
  };
  const wrong = whatIsWrong(draft);
  if (wrong !== undefined) return showForm(visit, { ...draft, wrong });
  store.add({ ...draft, writtenAt: nowMs });
  // After a redirect, loading the page again does not send the form again.
  return new Response('Thank you.\n', {
    status: 303,
    headers: { Location: `${base}/`, 'Content-Type': 'text/plain; charset=utf-8' },
  });
}

function whatIsWrong({ name, message }: Draft): string | undefined {
  if (name === '') return 'Please say who you are.';
  if (name.length > LONGEST_NAME) return `A name may have ${LONGEST_NAME} characters.`;
  if (message === '') return 'Please write something.';
  if (message.length > LONGEST_MESSAGE) return `A message may have ${LONGEST_MESSAGE} characters.`;
  return undefined;
}

function showForm({ store, base, served }: Visit, draft: Draft): Response {
  const { count } = store.summary();
  const pages = Math.max(1, Math.ceil(count / PER_PAGE));
  const shown = { entries: store.page(PER_PAGE, 0), page: 1, pages, count, draft };
  return htmlResponse(422, listPage(base, shown, served()));
}

/** 304 where the visitor has it already. The tag is weak: the footer differs each time, which matters to nobody. */
function unlessKnown({ request }: Visit, version: string, make: () => Response): Response {
  const tag = `W/"${version}"`;
  const known = request.headers.get('If-None-Match');
  const isKnown =
    known === '*' || known?.split(',').some((one) => one.trim().replace(/^(?!W\/)/, 'W/') === tag);
  const response = isKnown ? new Response(null, { status: 304 }) : make();
  response.headers.set('ETag', tag);
  response.headers.set('Cache-Control', 'no-cache');
  return response;
}

function message(
  { base, served }: Visit,
  status: number,
  title: string,
  more: Record<string, string> = {},
): Response {
  return htmlResponse(status, messagePage(base, title, served()), more);
}

function htmlResponse(status: number, body: string, more: Record<string, string> = {}): Response {
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy':
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    'X-Content-Type-Options': 'nosniff',
    ...more,
  };
  return new Response(body, { status, headers });
}
