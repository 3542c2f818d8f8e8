import type { PageFormat } from '../overload/page-negotiator.ts';
import type { PreviewedPages } from '../overload/previewed-pages.ts';
import { previewIndex } from './preview-index.ts';

/** Serves an index with every page side by side, each page as visitors get it, and an event whenever something was saved. Loopback only. */
export function servePreview(pages: PreviewedPages, port: number): Bun.Server<undefined> {
  return Bun.serve({
    hostname: '127.0.0.1',
    port,
    // Events wait for as long as nobody saves.
    idleTimeout: 0,
    fetch(request) {
      const url = new URL(request.url);
      if (url.pathname === '/changes') return changes(pages, request.signal);
      if (url.pathname === '/page') return page(pages, url.searchParams);
      if (url.pathname !== '/') return new Response('There is nothing here.\n', { status: 404 });
      return new Response(previewIndex(pages), {
        headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
      });
    },
  });
}

function changes(pages: PreviewedPages, signal: AbortSignal): Response {
  const stream = new ReadableStream<string>({
    start(controller) {
      controller.enqueue(': waiting\n\n');
      const forget = pages.onChange(() => controller.enqueue('data: changed\n\n'));
      signal.addEventListener('abort', forget);
    },
  });
  return new Response(stream, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
  });
}

function page(pages: PreviewedPages, query: URLSearchParams): Response {
  const chosen = (name: string): string => query.get(name) ?? '';
  const format =
    (['html', 'json', 'text', 'short'] as const).find((one) => one === chosen('format')) ?? 'html';
  const answer = pages.answer({
    application: chosen('application'),
    reason: chosen('reason'),
    path: chosen('path'),
    language: chosen('language'),
    intent: chosen('intent') === 'sending' ? 'sending' : 'looking',
    format,
  });
  if (answer === undefined) return new Response('No such application.\n', { status: 404 });
  const headers = new Headers();
  for (const line of new TextDecoder('latin1').decode(answer.head.fields).trimEnd().split('\r\n')) {
    const colon = line.indexOf(': ');
    headers.append(line.slice(0, colon), line.slice(colon + 2));
  }
  // A browser would save a problem document as a file.
  if (format !== ('html' satisfies PageFormat)) headers.set('Content-Type', 'text/plain; charset=utf-8');
  return new Response(new Uint8Array(answer.body), { status: answer.head.status, headers });
}
