import { RawHttpClient } from '../support/raw-http-client.ts';

export interface RawAnswer {
  readonly status: number;
  /** Lower-case names; a repeated field is a list with commas. */
  readonly fields: ReadonlyMap<string, string>;
  /** Without its framing. Byte strings. */
  readonly body: string;
}

/**
 * Sends one request as it is written and reads the answer to the end of the connection. `head` is the request line and the
 * fields without the last empty line; `Host` and `Connection: close` are added.
 */
export async function ask(
  port: number,
  head: readonly string[],
  body: string | Uint8Array = '',
  deadlineMs = 10_000,
): Promise<RawAnswer> {
  const client = await RawHttpClient.connect(port);
  const [line, ...fields] = head;
  client.send([line, 'Host: example.org:81', 'Connection: close', ...fields, '', ''].join('\r\n'));
  if (body.length > 0) client.send(body);
  const text = await client.untilOver(deadlineMs);
  client.leave();
  return readAnswer(text);
}

function readAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const fields = new Map<string, string>();
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    const value = line.slice(line.indexOf(':') + 1).trim();
    fields.set(name, fields.has(name) ? `${fields.get(name)}, ${value}` : value);
  }
  const raw = text.slice(end + 4);
  const body = fields.get('transfer-encoding') === 'chunked' ? unchunk(raw) : raw;
  return { status: Number(statusLine.split(' ')[1]), fields, body };
}

function unchunk(raw: string): string {
  let body = '';
  let rest = raw;
  for (;;) {
    const size = Number.parseInt(rest, 16);
    const start = rest.indexOf('\r\n') + 2;
    if (!(size > 0)) return body;
    body += rest.slice(start, start + size);
    rest = rest.slice(start + size + 2);
  }
}
