import { createSecureContext } from 'node:tls';
import type { Certificate } from './certificate.ts';
import { chooserByName } from './choose-by-name.ts';

/** What a Bun listener needs to speak TLS with several certificates. */
export interface ServerTls {
  /** The default certificate, for `Bun.listen`'s `tls`. TLS below 1.2 is off in Bun itself. */
  readonly tls: { readonly cert: string; readonly key: string };
  /**
   * For `Bun.listen`'s `socket.serverName`, which its types leave out: what `node:tls` is built on. Called with the name that the visitor
   * asks for; a native context is used in the place of the default.
   */
  readonly serverName: (data: unknown, name: string) => unknown;
}

/** `certificates` must not be empty. */
export function serverTls(certificates: readonly Certificate[]): ServerTls {
  const [first] = certificates;
  if (first === undefined) throw new RangeError('no certificate');
  const contexts = certificates.map(({ names, chain, key }) => ({
    names,
    native: (createSecureContext({ cert: chain, key }) as { context: unknown }).context,
  }));
  const choose = chooserByName(contexts);
  return {
    tls: { cert: first.chain, key: first.key },
    serverName: (_data, name) => choose(name)?.native,
  };
}
