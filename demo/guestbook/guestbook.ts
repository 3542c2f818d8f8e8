import type { CgiRequest, CgiResponse } from './cgi-message.ts';
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

/**
 * The application, written once: a request in, a response out. It does not know whether a process was started for it
 * alone or a daemon runs it.
 *
 *     GET  /            entries, newest first; ?page=2
 *     POST /            name, message: writes an entry, then sends the visitor to /
 *     GET  /entry/17    one entry
 *     GET  /feed.json   the newest entries as a JSON Feed
 */
export function guestbook(request: CgiRequest, surroundings: Surroundings): CgiResponse {
  const path = request.meta('PATH_INFO') || '/';
  const method = request.meta('REQUEST_METHOD') ?? 'GET';
  const looking = method === 'GET' || method === 'HEAD';
  const entryId = /^\/entry\/([1-9]\d{0,14})$/.exec(path)?.[1];

  let response: CgiResponse;
  if (path === '/' && method === 'POST') response = sign(request, surroundings);
  else if (path === '/' && looking) response = list(request, surroundings);
  else if (path === '/feed.json' && looking) response = feed(request, surroundings);
  else if (entryId !== undefined && looking) response = showEntry(request, surroundings, Number(entryId));
  else if (path === '/' || path === '/feed.json' || entryId !== undefined) {
    response = message(request, surroundings, 405, 'That cannot be done here', [
      ['Allow', path === '/' ? 'GET, HEAD, POST' : 'GET, HEAD'],
    ]);
  } else response = message(request, surroundings, 404, 'There is no such page');
  return method === 'HEAD' ? { ...response, body: '' } : response;
}

function list(request: CgiRequest, { store, served }: Surroundings): CgiResponse {
  const { count, newest } = store.summary();
  const pages = Math.max(1, Math.ceil(count / PER_PAGE));
  const asked = Number(new URLSearchParams(request.meta('QUERY_STRING')).get('page') ?? 1);
  const page = Number.isInteger(asked) ? Math.min(Math.max(asked, 1), pages) : 1;
  return unlessKnown(request, `list-${page}-${count}-${newest}`, () => {
    const entries = store.page(PER_PAGE, (page - 1) * PER_PAGE);
    return htmlResponse(
      200,
      listPage(basePath(request), { entries, page, pages, count, draft: undefined }, served()),
    );
  });
}

function showEntry(request: CgiRequest, surroundings: Surroundings, id: number): CgiResponse {
  const entry = surroundings.store.entry(id);
  if (entry === undefined) return message(request, surroundings, 404, 'There is no such entry');
  // Entries are never changed.
  return unlessKnown(request, `entry-${id}`, () =>
    htmlResponse(200, entryPage(basePath(request), entry, surroundings.served())),
  );
}

/** https://www.jsonfeed.org/version/1.1/ */
function feed(request: CgiRequest, { store }: Surroundings): CgiResponse {
  const { count, newest } = store.summary();
  return unlessKnown(request, `feed-${count}-${newest}`, () => {
    const home = `${origin(request)}${basePath(request)}/`;
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
    return {
      status: 200,
      fields: [['Content-Type', 'application/feed+json']],
      body: `${JSON.stringify(document)}\n`,
    };
  });
}

function sign(request: CgiRequest, surroundings: Surroundings): CgiResponse {
  // Browsers say where a form was shown; one on another site must not write in the name of our visitor.
  const site = request.meta('HTTP_SEC_FETCH_SITE') ?? 'none';
  if (site !== 'none' && site !== 'same-origin') {
    return message(request, surroundings, 403, 'Please use the form of this site');
  }
  if (request.body.length > LONGEST_BODY) return message(request, surroundings, 413, 'That is too long');
  const form = new URLSearchParams(new TextDecoder().decode(request.body));
  const draft = {
    name: (form.get('name') ?? '').trim(),
    message: (form.get('message') ?? '').replaceAll('\r\n', '\n').trim(),
  };
  const wrong = whatIsWrong(draft);
  if (wrong !== undefined) return showForm(request, surroundings, { ...draft, wrong });
  surroundings.store.add({ ...draft, writtenAt: surroundings.nowMs });
  // After a redirect, loading the page again does not send the form again.
  return {
    status: 303,
    fields: [
      ['Location', `${basePath(request)}/`],
      ['Content-Type', 'text/plain; charset=utf-8'],
    ],
    body: 'Thank you.\n',
  };
}

function whatIsWrong({ name, message }: Draft): string | undefined {
  if (name === '') return 'Please say who you are.';
  if (name.length > LONGEST_NAME) return `A name may have ${LONGEST_NAME} characters.`;
  if (message === '') return 'Please write something.';
  if (message.length > LONGEST_MESSAGE) return `A message may have ${LONGEST_MESSAGE} characters.`;
  return undefined;
}

function showForm(request: CgiRequest, { store, served }: Surroundings, draft: Draft): CgiResponse {
  const { count } = store.summary();
  const pages = Math.max(1, Math.ceil(count / PER_PAGE));
  const shown = { entries: store.page(PER_PAGE, 0), page: 1, pages, count, draft };
  return htmlResponse(422, listPage(basePath(request), shown, served()));
}

/** 304 where the visitor has it already. The tag is weak: the footer differs each time, which matters to nobody. */
function unlessKnown(request: CgiRequest, version: string, make: () => CgiResponse): CgiResponse {
  const tag = `W/"${version}"`;
  const caching = [
    ['ETag', tag],
    ['Cache-Control', 'no-cache'],
  ] as const;
  const known = request.meta('HTTP_IF_NONE_MATCH');
  if (known === '*' || known?.split(',').some((one) => one.trim().replace(/^(?!W\/)/, 'W/') === tag)) {
    return { status: 304, fields: caching, body: '' };
  }
  const response = make();
  return { ...response, fields: [...response.fields, ...caching] };
}

function message(
  request: CgiRequest,
  { served }: Surroundings,
  status: number,
  title: string,
  more: CgiResponse['fields'] = [],
): CgiResponse {
  const response = htmlResponse(status, messagePage(basePath(request), title, served()));
  return { ...response, fields: [...response.fields, ...more] };
}

function htmlResponse(status: number, body: string): CgiResponse {
  return {
    status,
    fields: [
      ['Content-Type', 'text/html; charset=utf-8'],
      [
        'Content-Security-Policy',
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
      ],
      ['X-Content-Type-Options', 'nosniff'],
    ],
    body,
  };
}

/** Where the guest book is mounted, as a path: empty for the root. Fit for a header field whatever it is. */
function basePath(request: CgiRequest): string {
  return encodeURI((request.meta('SCRIPT_NAME') ?? '').replace(/\/+$/, '').toWellFormed());
}

function origin(request: CgiRequest): string {
  const scheme = request.meta('HTTPS') === 'on' ? 'https' : 'http';
  return `${scheme}://${request.meta('HTTP_HOST') ?? request.meta('SERVER_NAME') ?? 'localhost'}`;
}
