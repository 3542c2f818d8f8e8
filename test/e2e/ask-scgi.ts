import { RawHttpClient } from '../support/raw-http-client.ts';

/** A TCP port, or the path of a Unix socket. */
export type ScgiPlace = number | string;

/** What a front server sends before the body. Byte strings. */
export function scgiHead(
  path: string,
  contentLength = 0,
  variables: Readonly<Record<string, string>> = {},
): string {
  const all = {
    CONTENT_LENGTH: String(contentLength),
    SCGI: '1',
    REQUEST_METHOD: contentLength > 0 ? 'POST' : 'GET',
    REQUEST_URI: path,
    DOCUMENT_URI: path,
    ...variables,
  };
  const text = Object.entries(all)
    .map(([name, value]) => `${name}\0${value}\0`)
    .join('');
  return `${text.length}:${text},`;
}

export function connectScgi(place: ScgiPlace): Promise<RawHttpClient> {
  return typeof place === 'number' ? RawHttpClient.connect(place) : RawHttpClient.connectUnix(place);
}

/** Sends one request whole, and gives the whole answer, head and body. */
export async function askScgi(place: ScgiPlace, path: string, body = ''): Promise<string> {
  const client = await connectScgi(place);
  client.send(scgiHead(path, body.length) + body);
  const answer = await client.untilOver(15_000);
  client.leave();
  return answer;
}
