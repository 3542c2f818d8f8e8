import type { Address } from '../config/configuration.ts';
import { listenFault } from '../listener/listen-fault.ts';

export interface MetricsSource {
  readonly contentType: string;
  readonly isReady: boolean;
  exposition(): Promise<string>;
}

export interface MetricsServer {
  /** The port that was really taken; 0 for a Unix socket. */
  readonly port: number;
  close(): void;
}

/** GET /metrics for Prometheus, and /readyz: 200, or 503 while no worker is ready. Throws a Fault where the address cannot be had. */
export function startMetricsServer(address: Address, source: MetricsSource): MetricsServer {
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname === '/metrics') {
      return new Response(await source.exposition(), { headers: { 'Content-Type': source.contentType } });
    }
    if (pathname === '/readyz') {
      return source.isReady ? new Response('ready\n') : new Response('no worker is ready\n', { status: 503 });
    }
    return new Response('There is: /metrics /readyz\n', { status: 404 });
  };
  try {
    const server =
      address.kind === 'unix'
        ? Bun.serve({ unix: address.path, fetch, development: false })
        : // Outside development Bun shares the port with whoever else does so: two parents would answer in turns.
          Bun.serve({
            hostname: address.host,
            port: address.port,
            fetch,
            development: false,
            reusePort: false,
          });
    return { port: server.port ?? 0, close: () => void server.stop(true) };
  } catch (error) {
    throw listenFault(address, error);
  }
}
