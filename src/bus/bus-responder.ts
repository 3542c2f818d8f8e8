import type { BusAnswer, BusDesk, BusRefusalReason, Publisher } from './bus-desk.ts';
import type { BusTokens } from './bus-tokens.ts';

const statusOf: Readonly<Record<BusRefusalReason, number>> = {
  malformed: 400,
  'unknown-token': 401,
  'not-allowed': 403,
  'unknown-application': 404,
  'not-now': 409,
};

/** An event with all that belongs to it, bytes. */
const MOST_BODY = 1 << 16;

/**
 * The bus by HTTP: POST /bus/publish with an event as JSON, GET /bus/events for a stream of lines of JSON. Who brings a token (`Authorization: Bearer …`)
 * is the application that it was given to; who brings none is an operator, where operators are let in.
 */
export class BusResponder {
  readonly #desk: BusDesk;
  readonly #tokens: BusTokens;

  constructor(desk: BusDesk, tokens: BusTokens) {
    this.#desk = desk;
    this.#tokens = tokens;
  }

  /** Ends every stream of events. */
  close(): void {
    this.#desk.close();
  }

  async respond(request: Request, operatorsMay: boolean): Promise<Response> {
    const [, token] = /^Bearer (\S+)$/.exec(request.headers.get('Authorization') ?? '') ?? [];
    let publisher: Publisher;
    if (token !== undefined || !operatorsMay) {
      publisher = token === undefined ? undefined : this.#tokens.applicationOf(token);
      if (publisher === undefined) {
        const message =
          'expected the token of an application (SPILLWAY_BUS_TOKEN), found none that is known here';
        return answered(this.#desk.refuse(undefined, 'unknown-token', message));
      }
    }
    const { pathname } = new URL(request.url);
    if (pathname === '/bus/publish' && request.method === 'POST') {
      const body = await bodyOf(request);
      return answered(
        body === undefined
          ? this.#desk.refuse(publisher, 'malformed', `expected JSON of at most ${MOST_BODY} bytes`)
          : await this.#desk.publish(publisher, body.value),
      );
    }
    if (pathname === '/bus/events' && request.method === 'GET') {
      const stream = this.#desk.subscribe(publisher);
      return stream instanceof ReadableStream
        ? new Response(stream, {
            headers: { 'Content-Type': 'application/jsonl', 'Cache-Control': 'no-store' },
          })
        : answered(stream);
    }
    const error = 'expected POST /bus/publish or GET /bus/events';
    return Response.json({ error }, { status: pathname.startsWith('/bus/') ? 405 : 404 });
  }
}

async function bodyOf(request: Request): Promise<{ readonly value: unknown } | undefined> {
  try {
    const text = await request.text();
    return text.length > MOST_BODY ? undefined : { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function answered(answer: BusAnswer): Response {
  const headers = { 'Cache-Control': 'no-store' };
  switch (answer.kind) {
    case 'published':
      return Response.json({ heard: answer.heard }, { headers });
    case 'failed': {
      const error = `it was published, but not all went well: ${answer.failures.join('; ')}`;
      return Response.json({ error, failures: answer.failures }, { status: 422, headers });
    }
    case 'refused': {
      const { reason, message: error } = answer;
      return Response.json({ error, reason }, { status: statusOf[reason], headers });
    }
  }
}
