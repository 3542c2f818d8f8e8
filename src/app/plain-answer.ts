import { byteStringBytes } from '../protocol/byte-string-bytes.ts';
import { reasonPhrase } from '../protocol/http1/reason-phrase.ts';

/** A whole CGI response of one line of text. */
export function plainAnswer(status: number, text: string, isHead: boolean): Uint8Array {
  const body = new TextEncoder().encode(`${text}\n`);
  const head = byteStringBytes(
    `Status: ${status} ${reasonPhrase(status)}\r\ncontent-type: text/plain;charset=utf-8\r\ncontent-length: ${body.length}\r\ncache-control: no-store\r\n\r\n`,
  );
  return isHead ? head : joinedBytes(head, body);
}

export function joinedBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
