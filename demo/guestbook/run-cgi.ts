/** The guest book as a CGI program (RFC 3875): one request on standard input, its answer on standard output, the end. */
import { readSync } from 'node:fs';
import { encodeCgiResponse } from './cgi-message.ts';
import { computeFor } from './compute-for.ts';
import { dataFile } from './data-file.ts';
import { EntryStore } from './entry-store.ts';
import { guestbook } from './guestbook.ts';

/** Not to the end of standard input: servers need not end it (RFC 3875, section 4.2). */
function readBody(length: number): Uint8Array {
  const body = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(0, body, filled, length - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return body.subarray(0, filled);
}

const store = new EntryStore(dataFile(process.env.GUESTBOOK_DATA));
computeFor(Number(process.env.GUESTBOOK_WORK_MS ?? 0));
const response = guestbook(
  { meta: (name) => process.env[name], body: readBody(Number(process.env.CONTENT_LENGTH || 0)) },
  {
    store,
    nowMs: Date.now(),
    // The clock of `performance` starts with the process.
    served: () => ({ how: 'by a CGI program, started for you alone,', tookMs: performance.now() }),
  },
);
await Bun.write(Bun.stdout, encodeCgiResponse(response));
store.close();
