import Negotiator from 'negotiator';
import type { TcpAddress } from '../config/configuration.ts';
import { Fault } from '../core/fault.ts';
import type { AdminSource } from './admin-source.ts';
import { decisionsDocument } from './decisions-document.ts';
import { readStatusPage } from './read-status-page.ts';
import { statusDocument } from './status-document.ts';

export interface AdminServer {
  /** As an operator writes it: `http://127.0.0.1:9090`, the port that was really taken included. */
  readonly address: string;
  /** Accepts no more, and ends what is under way. */
  close(): Promise<void>;
}

export interface AdminServerOptions {
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
  /** A defect of the source, answered with 500. */
  readonly onFault?: (fault: unknown) => void;
}

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';

interface Page {
  readonly title: string;
  answer(source: AdminSource, nowMs: number, request: Request): Response | Promise<Response>;
}

/** Everything that can be asked for, by path. Nothing here changes anything. */
const PAGES: Readonly<Record<string, Page>> = {
  '/': {
    title: 'for browsers, a page that shows the status as it changes; for others, this list',
    answer(_source, _nowMs, request) {
      const response = wantsPage(request) ? statusPage() : answer(200, TEXT, INDEX);
      response.headers.set('Vary', 'Accept');
      return response;
    },
  },
  '/healthz': { title: 'the gateway is alive', answer: () => answer(200, TEXT, 'alive\n') },
  '/readyz': {
    title: 'the gateway takes requests: 200, or 503 with the reason',
    answer(source) {
      const readiness = source.readiness();
      return readiness.ready ? answer(200, TEXT, 'ready\n') : answer(503, TEXT, `${readiness.reason}\n`);
    },
  },
  '/metrics': {
    title: "metrics in Prometheus's text format, or as OpenMetrics where that is preferred",
    async answer(source, _nowMs, request) {
      const { contentType, bytes } = await source.exposition(request.headers.get('Accept') ?? undefined);
      const response = answer(200, contentType, bytes);
      response.headers.set('Vary', 'Accept');
      return response;
    },
  },
  '/metrics/frontends': {
    title: 'the decisions of one-shot frontends, which have no process that could be asked',
    answer: (source) => answer(200, 'text/plain; version=0.0.4; charset=utf-8', source.frontendDecisions()),
  },
  '/status': {
    title: 'applications, policies, limits, decisions and load as JSON',
    answer: (source, nowMs) => answer(200, JSON_TYPE, jsonText(statusDocument(source, nowMs))),
  },
  '/decisions': {
    title: 'the last decision for each reason, explained, as JSON',
    answer: (source) => answer(200, JSON_TYPE, jsonText(decisionsDocument(source.lastDecisions()))),
  },
};

const INDEX = Object.entries(PAGES)
  .map(([path, { title }]) => `${path}: ${title}\n`)
  .join('');

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Browsers say so; tools take anything, and get what a terminal can show. */
function wantsPage(request: Request): boolean {
  const accept = request.headers.get('Accept') ?? '*/*';
  return new Negotiator({ headers: { accept } }).mediaType(['text/plain', 'text/html']) === 'text/html';
}

function statusPage(): Response {
  const { html, headers } = readStatusPage();
  const response = answer(200, 'text/html; charset=utf-8', html);
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

/** Starts the read-only server for operators and scrapers. Throws a Fault where the address cannot be had. */
export function startAdminServer(
  { host, port }: TcpAddress,
  source: AdminSource,
  { wallClock = Date.now, onFault }: AdminServerOptions = {},
): AdminServer {
  const respond = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname;
    const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined;
    if (page === undefined) return answer(404, TEXT, `There is: ${Object.keys(PAGES).join(' ')}\n`);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const refused = answer(405, TEXT, 'Nothing can be changed here: GET and HEAD only.\n');
      refused.headers.set('Allow', 'GET, HEAD');
      return refused;
    }
    return page.answer(source, wallClock(), request);
  };
  const fetch = async (request: Request): Promise<Response> => {
    try {
      return await respond(request);
    } catch (fault) {
      onFault?.(fault);
      return answer(500, TEXT, 'A defect of Spillway: see its log.\n');
    }
  };
  try {
    // Outside development Bun shares the port with whoever else does so: two gateways would answer in turns.
    const server = Bun.serve({ hostname: host, port, fetch, development: false, reusePort: false });
    const shown = host.includes(':') ? `[${host}]` : host;
    return {
      address: `http://${shown}:${server.port}`,
      close: () => server.stop(true),
    };
  } catch (error) {
    throw listenFault(error, `${host}:${port}`);
  }
}

function answer(status: number, contentType: string, body: string | Uint8Array): Response {
  return new Response(body, {
    status,
    headers: {
      'Content-Type': contentType,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

function listenFault(error: unknown, address: string): Fault {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new Fault(
      'admin/address-in-use',
      `the admin server needs ${address}, but another program listens there: stop it (\`ss -ltnp\` names it) or set \`admin\` to a free port`,
      undefined,
      error,
    );
  }
  const found = error instanceof Error ? error.message : String(error);
  return new Fault(
    'admin/cannot-listen',
    `the admin server cannot listen on ${address}: ${found}; set \`admin\` to an address of this machine and a port from 1024 to 65535`,
    undefined,
    error,
  );
}
