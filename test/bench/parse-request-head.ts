import { RequestHead } from '../../src/protocol/http1/request-head.ts';
import { RequestHeadReader } from '../../src/protocol/http1/request-head-reader.ts';
import { requestLimits } from '../../src/protocol/http1/request-limits.ts';

/** Nanoseconds to parse the head of one browser's GET, whole in one chunk: the median of several rounds. */
const HEAD = [
  'GET /wiki/Spillway?action=history&offset=20 HTTP/1.1',
  'Host: www.example.com',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Language: en-GB,en;q=0.7,de;q=0.3',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Referer: https://www.example.com/wiki/Dam',
  'Connection: keep-alive',
  'Cookie: session=5f0c2b6f0f1e4c6f9d1f; theme=dark; seen=yes',
  'Upgrade-Insecure-Requests: 1',
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Site: same-origin',
  '',
  '',
].join('\r\n');
const ROUNDS = 15;
const HEADS_PER_ROUND = 200_000;

const chunk = new TextEncoder().encode(HEAD);
const reader = new RequestHeadReader(requestLimits(32_768));

function round(): number {
  const began = Bun.nanoseconds();
  let fields = 0;
  for (let count = 0; count < HEADS_PER_ROUND; count += 1) {
    const head = reader.push(chunk, 0);
    if (!(head instanceof RequestHead)) throw new Error('the head was not read');
    fields += head.fieldCount;
  }
  if (fields !== 12 * HEADS_PER_ROUND) throw new Error('fields are missing');
  return (Bun.nanoseconds() - began) / HEADS_PER_ROUND;
}

for (let warmUp = 0; warmUp < 3; warmUp += 1) round();
const rounds = Array.from({ length: ROUNDS }, round).sort((a, b) => a - b);
const [fastest = 0, median = 0] = [rounds[0], rounds[ROUNDS >> 1]];
process.stdout.write(
  `${chunk.length} bytes, 12 fields: ${median.toFixed(0)} ns a head (fastest round ${fastest.toFixed(0)} ns)\n`,
);
