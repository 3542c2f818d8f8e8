import { answerRequest } from './answer-request.ts';
import { beginLife, endLife } from './application-life.ts';
import { cgiView } from './cgi-environment.ts';
import { outputTo, standardInputBody } from './cgi-streams.ts';
import { logFailure } from './failure-log.ts';
import type { FetchApplication } from './fetch-application.ts';
import { announcedLength } from './fetch-request.ts';
import { loadedBus } from './loaded-bus.ts';
import { takeStandardOutput } from './take-standard-output.ts';

/** How long an application may go on whose visitor has left. */
const LEAVING_MS = 1000;
/** How often a request that lasts asks whether anybody still waits for it. */
const READER_CHECK_MS = 250;
const FAILED = 1;
/** As shells say it: 128 and the number of SIGTERM. */
const TERMINATED = 143;

/**
 * One request, and the end of the process (RFC 3875). SIGTERM is how servers tell a program that nobody waits for it any more.
 * An answer that fails after its head ends by SIGKILL: servers that look at how a program ended know by a signal that it was cut.
 */
export async function runCgi(load: () => Promise<FetchApplication>): Promise<never> {
  const answer = takeStandardOutput();
  const aborter = new AbortController();
  const gone = (): void => {
    if (!aborter.signal.aborted) aborter.abort(new DOMException('the visitor has left', 'AbortError'));
  };
  process.on('SIGTERM', () => {
    gone();
    setTimeout(() => process.exit(TERMINATED), LEAVING_MS);
  });
  setInterval(async () => {
    // The kernel calls that tell cost a millisecond to load, which only long requests pay.
    const { isHungUp } = await import('../prefork/is-hung-up.ts');
    if (isHungUp(answer)) gone();
  }, READER_CHECK_MS);
  const view = await cgiView(process.env);
  const end = await answerRequest(
    await loadedOrFailing(load),
    {
      view,
      body: () => standardInputBody(announcedLength(view)),
      signal: aborter.signal,
      output: outputTo(answer, gone),
    },
    logFailure,
  );
  await endLife('cgi');
  if (end === 'cut') process.kill(process.pid, 'SIGKILL');
  process.exit(end === 'whole' ? 0 : FAILED);
}

/** A module that cannot be loaded fails its one request, with an id and a line in the log as any other failure. */
async function loadedOrFailing(load: () => Promise<FetchApplication>): Promise<FetchApplication> {
  try {
    const application = await load();
    if (loadedBus() !== undefined) {
      const { gatewayUplink } = await import('./gateway-uplink.ts');
      await beginLife(gatewayUplink(process.env));
    }
    return application;
  } catch (error) {
    return {
      fetch() {
        throw error;
      },
    };
  }
}
