import { parseAddress } from '../config/address.ts';
import { Fault } from '../core/fault.ts';
import { beginLife, endLife, hearEvent } from './application-life.ts';
import { bodyBytes } from './body-bytes.ts';
import { checkedResponse } from './checked-response.ts';
import { stackOf } from './failure-log.ts';
import type { FetchApplication } from './fetch-application.ts';
import { gatewayUplink, hearGateway } from './gateway-uplink.ts';
import { httpVariables } from './http-variables.ts';
import { loadedBus } from './loaded-bus.ts';

/** For development: HTTP without a gateway. What fails is shown to the visitor, who wrote it. */
export async function runHttp(load: () => Promise<FetchApplication>, text: string): Promise<void> {
  const address = parseAddress(text);
  if (address === undefined) {
    throw new Fault(
      'app/bad-address',
      `expected an address such as 127.0.0.1:8080, found ${JSON.stringify(text)}`,
    );
  }
  const application = await load();
  await beginLife(gatewayUplink(process.env));
  if (loadedBus() !== undefined) void hearGateway(process.env, hearEvent);
  const handlers = {
    development: false as const,
    async fetch(request: Request, server: Bun.Server<undefined>): Promise<Response> {
      try {
        const variables = httpVariables(request, server.requestIP(request)?.address ?? '');
        return watched(request, checkedResponse(await application.fetch(request, variables)));
      } catch (error) {
        return failed(request, error);
      }
    },
    error: (error: Error) => failed(undefined, error),
  };
  let server: Bun.Server<undefined>;
  try {
    server =
      address.kind === 'unix'
        ? Bun.serve({ ...handlers, unix: address.path })
        : // An answer may take as long as its developer looks at a breakpoint.
          Bun.serve({ ...handlers, hostname: address.host, port: address.port, idleTimeout: 0 });
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new Fault('app/not-listening', `expected to listen at ${text}, found: ${found}`, undefined, error);
  }
  process.stderr.write(`listening at ${address.kind === 'unix' ? text : server.url.href}\n`);
  process.on('SIGHUP', () => void hearEvent({ channel: 'reload', from: 'SIGHUP' }));

  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    await server.stop(false);
    await endLife(signal);
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** What fails after its head is cut by the runtime, which says nothing of it. */
function watched(request: Request, response: Response): Response {
  const { body, status, statusText } = response;
  if (body === null || request.method === 'HEAD') return response;
  const headers = new Headers(response.headers);
  if (!headers.has('content-type')) headers.set('content-type', 'text/plain;charset=utf-8');
  const reader: {
    read(): Promise<{ done: boolean; value?: unknown }>;
    cancel(reason: unknown): Promise<void>;
  } = body.getReader();
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(bodyBytes(value));
        } catch (error) {
          if (!request.signal.aborted) failed(request, error);
          controller.error(error);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, { status, statusText, headers });
}

function failed(request: Request | undefined, error: unknown): Response {
  const id = crypto.randomUUID();
  const stack = stackOf(error);
  const asked = request === undefined ? '' : ` ${request.method} ${new URL(request.url).pathname}`;
  process.stderr.write(`error ${id}${asked}\n${stack}\n`);
  return new Response(`The application failed (${id}).\n\n${stack}\n`, {
    status: 500,
    headers: { 'content-type': 'text/plain;charset=utf-8', 'cache-control': 'no-store' },
  });
}
