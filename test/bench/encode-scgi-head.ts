/** How long one SCGI head takes: `bun test/bench/encode-scgi-head.ts [rounds]`. */
import { encodeScgiHead } from '../../src/protocol/scgi/encode-scgi-head.ts';
import { ScgiScratch } from '../../src/protocol/scgi/scgi-scratch.ts';
import { viewOf } from '../support/view-of.ts';

const view = viewOf({
  GATEWAY_INTERFACE: 'CGI/1.1',
  QUERY_STRING: 'q=spillway&page=2',
  REMOTE_ADDR: '192.0.2.77',
  REMOTE_PORT: '51234',
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/wiki/timeline?q=spillway&page=2',
  SCRIPT_NAME: '/wiki',
  PATH_INFO: '/timeline',
  PATH_TRANSLATED: '/srv/www/timeline',
  DOCUMENT_ROOT: '/srv/www',
  SERVER_NAME: 'www.example.org',
  SERVER_PORT: '443',
  SERVER_PROTOCOL: 'HTTP/1.1',
  SERVER_SOFTWARE: 'Spillway/0.1.0',
  HTTPS: 'on',
  HTTP_HOST: 'www.example.org',
  HTTP_USER_AGENT:
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  HTTP_ACCEPT: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  HTTP_ACCEPT_LANGUAGE: 'en-GB,en;q=0.9,de;q=0.8',
  HTTP_ACCEPT_ENCODING: 'gzip, deflate, br, zstd',
  HTTP_REFERER: 'https://www.example.org/wiki/home',
  HTTP_COOKIE: 'session=8b1a9953c4611296a827abf8c47804d7; theme=dark; consent=necessary',
  HTTP_CACHE_CONTROL: 'max-age=0',
  HTTP_UPGRADE_INSECURE_REQUESTS: '1',
  HTTP_SEC_FETCH_DEST: 'document',
  HTTP_SEC_FETCH_MODE: 'navigate',
  HTTP_SEC_FETCH_SITE: 'same-origin',
  HTTP_SEC_FETCH_USER: '?1',
  HTTP_X_FORWARDED_FOR: '203.0.113.9',
  HTTP_X_FORWARDED_PROTO: 'https',
});
const rounds = Number(process.argv[2] ?? 200_000);
const scratch = new ScgiScratch();
let bytes = 0;
for (const name of ['warm-up', 'measured']) {
  const start = performance.now();
  for (let round = 0; round < rounds; round++) {
    const head = encodeScgiHead(view, 0, scratch);
    if (head instanceof Uint8Array) bytes += head.length;
  }
  const microseconds = ((performance.now() - start) / rounds) * 1000;
  process.stdout.write(`${name}: ${microseconds.toFixed(2)} microseconds a head\n`);
}
process.stdout.write(`${bytes / rounds / 2} bytes a head\n`);
