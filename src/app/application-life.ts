import { Fault } from '../core/fault.ts';
import type { ApplicationEvent } from './application-event.ts';
import type { BusUplink } from './bus-uplink.ts';
import { loadedBus } from './loaded-bus.ts';

/** Connects the bus of an application that has loaded one, and starts it. Throws a Fault where a listener of `start` fails. */
export async function beginLife(uplink: BusUplink | undefined): Promise<void> {
  const bus = loadedBus();
  if (bus === undefined) return;
  bus.connect(uplink, (text) => {
    process.stderr.write(`${JSON.stringify({ level: 'error', event: 'bus-listener-failed', text })}\n`);
  });
  if (await bus.hear({ channel: 'start' })) return;
  throw new Fault('app/not-started', 'expected every listener of `start` to succeed, found one that failed');
}

export async function hearEvent(event: ApplicationEvent): Promise<void> {
  await loadedBus()?.hear(event);
}

/** The listeners of `stop`, then those of `exit`. */
export async function endLife(from: string): Promise<void> {
  await loadedBus()?.hear({ channel: 'exit', from });
}
