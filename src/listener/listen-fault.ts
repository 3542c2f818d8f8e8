import type { Address } from '../config/configuration.ts';
import { Fault } from '../core/fault.ts';

/** Says why nothing can listen at `address`, out of what the runtime threw. */
export function listenFault(address: Address, error: unknown): Fault {
  const code = (error as { code?: string }).code ?? '';
  const name = address.kind === 'unix' ? address.path : `${address.host}:${address.port}`;
  if (code === 'EADDRINUSE') {
    return new Fault(
      'listen/address-in-use',
      `${name} is taken by another program: stop that one, or set another address under \`listen\``,
      undefined,
      error,
    );
  }
  if (code === 'EACCES') {
    return new Fault(
      'listen/not-permitted',
      `${name} may not be used by this user: take a port from 1024 up, or grant CAP_NET_BIND_SERVICE`,
      undefined,
      error,
    );
  }
  return new Fault(
    'listen/failed',
    `cannot listen on ${name}: ${error instanceof Error ? error.message : String(error)}`,
    undefined,
    error,
  );
}
