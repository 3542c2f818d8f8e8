import { SystemClock } from '../system/system-clock.ts';
import { adoptConnection } from './adopt-connection.ts';
import { beginLife, endLife, hearEvent } from './application-life.ts';
import { ControlConnection } from './control-connection.ts';
import { ControlUplink } from './control-uplink.ts';
import { Conversations } from './conversations.ts';
import { logFailure } from './failure-log.ts';
import type { FetchApplication } from './fetch-application.ts';
import { receiveDescriptor } from './receive-descriptor.ts';
import { takeWorkerDescriptors } from './take-worker-descriptors.ts';

/** Of a worker that can do nothing any more; its parent starts another. */
const FAILED = 1;

/**
 * A worker of a prefork parent (src/prefork/worker-protocol.ts): takes connections as it is ready for them.
 *
 *     ready ──connection──► took ──► busy ──answer is out──► ready
 *       └── with a concurrency of N: ready again at once while fewer than N are under way
 *     stop, or the end of the control stream: finishes what it has ──► listeners of stop and exit ──► end
 */
export async function runWorker(load: () => Promise<FetchApplication>, concurrency: number): Promise<void> {
  // They are the parent's: a terminal and a service manager send them to everybody.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  const { control, descriptors } = takeWorkerDescriptors(process.env);
  let conversations: Conversations | undefined;
  /** Connections that were taken and whose answer is not out. */
  let busy = 0;
  let isReady = false;
  let stopFrom: string | undefined;

  const parent = await ControlConnection.open(control, {
    connection: (id) => {
      isReady = false;
      const descriptor = receiveDescriptor(descriptors);
      if (descriptor === undefined || conversations === undefined) process.exit(FAILED);
      parent.say({ say: 'took', id });
      busy += 1;
      adoptConnection(descriptor, conversations, () => {
        busy -= 1;
        proceed();
      });
      proceed();
    },
    stop: (from) => {
      stopFrom ??= from;
      if (from !== 'parent') uplink.close();
      proceed();
    },
    event: (line) => {
      const event = uplink.received(line);
      if (event !== undefined) void hearEvent(event);
    },
    breached: () => process.exit(FAILED),
  });
  const uplink = new ControlUplink((line) => parent.say(line), new SystemClock());

  let isEnding = false;
  const end = async (from: string): Promise<void> => {
    isEnding = true;
    await conversations?.finish();
    await endLife(from);
    process.exit(0);
  };
  function proceed(): void {
    if (stopFrom !== undefined) {
      if (busy === 0 && !isEnding) void end(stopFrom);
    } else if (!isReady && conversations !== undefined && busy < concurrency) {
      isReady = true;
      parent.say({ say: 'ready' });
    }
  }

  const application = await load();
  await beginLife(uplink);
  conversations = new Conversations(application, logFailure);
  proceed();
}
