import { byteTable } from './byte-table.ts';

const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const PERCENT = 0x25;

/** `unreserved` and `sub-delims` of RFC 3986, section 2, and the percent sign. */
const NAME_BYTES = byteTable((byte) => /[A-Za-z0-9\-._~!$&'()*+,;=%]/.test(String.fromCharCode(byte)));
const HEX_BYTES = byteTable((byte) => /[0-9A-Fa-f]/.test(String.fromCharCode(byte)));
/** An IPv6 address, with an IPv4 address at its end perhaps. `IPvFuture` has never been used, and zones mean nothing on the wire. */
const ADDRESS_BYTES = byteTable((byte) => /[0-9A-Fa-f:.]/.test(String.fromCharCode(byte)));

/**
 * Is this `uri-host [ ":" port ]` (RFC 9110, section 7.2; RFC 3986, section 3.2.2)? The empty host is: who must have a name
 * asks for it himself.
 */
export function isHost(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  if (bytes[start] === OPENING_BRACKET && start < end) {
    let colons = 0;
    at += 1;
    while (at < end && ADDRESS_BYTES[bytes[at] as number] === 1) {
      if (bytes[at] === COLON) colons += 1;
      at += 1;
    }
    if (colons < 2 || at >= end || bytes[at] !== CLOSING_BRACKET) return false;
    at += 1;
  } else {
    while (at < end && NAME_BYTES[bytes[at] as number] === 1) {
      if (bytes[at] === PERCENT && !isHexPair(bytes, at + 1, end)) return false;
      at += 1;
    }
  }
  return at === end || (bytes[at] === COLON && isPort(bytes, at + 1, end));
}

function isHexPair(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 2 <= end && HEX_BYTES[bytes[at] as number] === 1 && HEX_BYTES[bytes[at + 1] as number] === 1;
}

/** `port = *DIGIT`, and at most the highest there is. */
function isPort(bytes: Uint8Array, start: number, end: number): boolean {
  let port = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return false;
    port = port * 10 + digit;
    if (port > 65535) return false;
  }
  return true;
}
