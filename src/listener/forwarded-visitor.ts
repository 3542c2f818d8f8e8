import { isIP } from 'node:net';
import { plainAddress } from './plain-address.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** What the fields of a trusted peer say. */
export interface ForwardedFields {
  /** X-Forwarded-For, repeated fields joined by commas. */
  readonly for: string | undefined;
  /** X-Forwarded-Proto. */
  readonly proto: string | undefined;
}

export interface ForwardedVisitor {
  /** Nothing where the fields name nobody: then the visitor is the peer itself. */
  readonly address: string | undefined;
  readonly scheme: 'http' | 'https' | undefined;
}

/**
 * Who the visitor is, by the word of a peer that is trusted. Each proxy adds at the right whom it heard from, so the list is
 * read from there: the first address that is not a trusted proxy is the visitor; anything to its left was written by the
 * visitor. Where all are trusted, it is the leftmost. What is no address ends the list: whoever wrote it is as far as one
 * can see. Of several schemes the rightmost counts, for the same reason.
 */
export function forwardedVisitor(fields: ForwardedFields, trusted: TrustedProxies): ForwardedVisitor {
  const scheme = fields.proto?.split(',').at(-1)?.trim().toLowerCase();
  return {
    address: visitorAddress(fields.for, trusted),
    scheme: scheme === 'http' || scheme === 'https' ? scheme : undefined,
  };
}

function visitorAddress(list: string | undefined, trusted: TrustedProxies): string | undefined {
  if (list === undefined) return undefined;
  let visitor: string | undefined;
  // From the right with no list made of it: a visitor may have sent thousands of commas.
  for (let end = list.length; end >= 0; ) {
    const comma = list.lastIndexOf(',', end - 1);
    const address = addressIn(list.slice(comma + 1, end).trim());
    if (address === undefined) return visitor;
    visitor = address;
    if (comma < 0 || !trusted.has(address)) return visitor;
    end = comma;
  }
  return visitor;
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function addressIn(entry: string): string | undefined {
  const bare =
    /^\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?$/.exec(entry)?.[1] ?? entry.replace(/^([0-9.]+):\d{1,5}$/, '$1');
  return isIP(bare) === 0 || bare.includes('%') ? undefined : plainAddress(bare);
}
