/** The guest book as an SCGI daemon: `run-scgi.ts SOCKET`. One process, one database connection, many requests. */
import { encodeCgiResponse } from './cgi-message.ts';
import { computeFor } from './compute-for.ts';
import { dataFile } from './data-file.ts';
import { EntryStore } from './entry-store.ts';
import { guestbook } from './guestbook.ts';
import { ScgiServer } from './scgi-server.ts';

const [, , path] = process.argv;
if (path === undefined) {
  process.stderr.write('expected the path of the socket to listen on: guestbook.scgi SOCKET\n');
  process.exit(2);
}

const store = new EntryStore(dataFile(process.env.GUESTBOOK_DATA));
const workMs = Number(process.env.GUESTBOOK_WORK_MS ?? 0);
let requests = 0;
const server = new ScgiServer(path, ({ meta, body }) => {
  const begunMs = performance.now();
  requests++;
  computeFor(workMs);
  const served = () => ({
    how: `by the SCGI daemon (its request no. ${requests})`,
    tookMs: performance.now() - begunMs,
  });
  return encodeCgiResponse(guestbook({ meta, body }, { store, nowMs: Date.now(), served }));
});

process.once('SIGTERM', async () => {
  process.stderr.write('finishing what was accepted\n');
  await server.finish();
  store.close();
  process.exit(0);
});
