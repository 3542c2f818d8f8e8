/**
 * The demo application, one file for any way of running: `app: ./guestbook/guestbook.ts` in demo/spillway.yaml, or `npx spillway app
 * demo/guestbook/guestbook.ts --http 127.0.0.1:8081` while it is being written.
 */
import type { FetchApplication } from '../../src/app/public.ts';
import { answerVisitor } from './answer-visitor.ts';
import { computeFor } from './compute-for.ts';
import { dataFile } from './data-file.ts';
import { EntryStore } from './entry-store.ts';

const store = new EntryStore(dataFile(process.env.GUESTBOOK_DATA));
process.on('exit', () => store.close());
const workMs = Number(process.env.GUESTBOOK_WORK_MS ?? 0);
/** A CGI program finds its request in the environment, and ends with it. */
const isProgram = process.env.GATEWAY_INTERFACE !== undefined;
let requests = 0;

export default {
  async fetch(request, variables) {
    const begunMs = performance.now();
    requests += 1;
    const how = isProgram
      ? 'by a CGI program, started for you alone,'
      : `by the SCGI daemon (request no. ${requests} of this worker)`;
    computeFor(workMs);
    return await answerVisitor(request, variables, {
      store,
      nowMs: Date.now(),
      // The clock of `performance` starts with the process.
      served: () => ({ how, tookMs: performance.now() - (isProgram ? 0 : begunMs) }),
    });
  },
} satisfies FetchApplication;
