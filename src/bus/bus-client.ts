import { Fault } from '../core/fault.ts';
import type { BusLine } from './bus-line.ts';
import { BUS_TOKEN_VARIABLE, BUS_VARIABLE } from './bus-variables.ts';

export interface BusPublication {
  readonly event: string;
  readonly scope?: 'application' | 'gateway';
  readonly application?: string;
  /** Anything that JSON can say. */
  readonly payload?: unknown;
}

/** A program's, or an operator's, way to the bus of the gateway. */
export class BusClient {
  readonly #socket: string;
  readonly #token: string | undefined;

  /** Absolute path of the socket; an operator has no token. */
  constructor(socket: string, token?: string) {
    this.#socket = socket;
    this.#token = token;
  }

  /** For a program of an application that is on the bus; nothing for others. */
  static of(environment: Readonly<Record<string, string | undefined>>): BusClient | undefined {
    const { [BUS_VARIABLE]: address, [BUS_TOKEN_VARIABLE]: token } = environment;
    return address?.startsWith('unix:') && token
      ? new BusClient(address.slice('unix:'.length), token)
      : undefined;
  }

  /**
   * Resolves when all who listen have heard, with their number. Throws a Fault where it was refused (`bus/refused`), where somebody who heard
   * it could not do it (`bus/failed`: then nothing has changed), or where nobody answers (`bus/no-answer`).
   */
  async publish(publication: BusPublication): Promise<number> {
    const response = await this.#ask('/bus/publish', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(publication),
    });
    const { heard } = (await response.json()) as { readonly heard: number };
    return heard;
  }

  /** What is published from now on; it is heard when this resolves. Ends when the gateway does, or by `signal`. Throws as `publish`. */
  async events(signal?: AbortSignal): Promise<AsyncIterable<BusLine>> {
    const response = await this.#ask('/bus/events', signal === undefined ? {} : { signal });
    return linesOf(response);
  }

  async #ask(what: string, options: RequestInit): Promise<Response> {
    const headers = new Headers(options.headers);
    if (this.#token !== undefined) headers.set('Authorization', `Bearer ${this.#token}`);
    let response: Response;
    try {
      // Bun would give up after five minutes of silence.
      const own = { unix: this.#socket, timeout: false } as const;
      response = await fetch(`http://spillway${what}`, { ...options, headers, ...own });
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error);
      const message = `expected a running gateway, found: ${found}`;
      throw new Fault('bus/no-answer', message, { file: this.#socket }, error);
    }
    if (response.ok) return response;
    const { error } = (await response.json().catch(() => ({}))) as { readonly error?: string };
    const code = response.status === 422 ? 'bus/failed' : 'bus/refused';
    throw new Fault(code, error ?? `expected status 200, found ${response.status}`);
  }
}

async function* linesOf(response: Response): AsyncGenerator<BusLine> {
  let rest = '';
  const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    // A gateway that ends cuts it off.
    const chunk = await chunks?.read().catch(() => undefined);
    if (chunk === undefined || chunk.done) return;
    const lines = (rest + chunk.value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as BusLine;
  }
}
