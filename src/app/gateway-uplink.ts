import { BusClient } from '../bus/bus-client.ts';
import { Fault } from '../core/fault.ts';
import type { ApplicationEvent } from './application-event.ts';
import { BusError, type BusScope, type BusUplink } from './bus-uplink.ts';

/** Between two attempts to hear a gateway that is gone. */
const PAUSE_MS = 2000;

/** To the gateway's control socket, for processes that have no stream to a parent. Nothing where the application is not on the bus. */
export function gatewayUplink(
  environment: Readonly<Record<string, string | undefined>>,
): BusUplink | undefined {
  const client = BusClient.of(environment);
  if (client === undefined) return undefined;
  return {
    async publish({ channel, payload }: ApplicationEvent, scope: BusScope) {
      if (scope === 'worker') throw new RangeError('an event of this process does not go up');
      try {
        await client.publish({ event: channel, scope, ...(payload === undefined ? {} : { payload }) });
      } catch (error) {
        throw asBusError(error);
      }
    },
  };
}

function asBusError(error: unknown): BusError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Fault ? error.code : '';
  if (code === 'bus/refused') return new BusError('refused', message, error);
  return new BusError(code === 'bus/failed' ? 'failed' : 'unreachable', message, error);
}

/** Tells `hear` what the gateway publishes, as long as this process lives. The gateway's own life is not ours: who runs us says when we are to stop. */
export async function hearGateway(
  environment: Readonly<Record<string, string | undefined>>,
  hear: (event: ApplicationEvent) => Promise<void>,
): Promise<void> {
  const client = BusClient.of(environment);
  while (client !== undefined) {
    try {
      for await (const { event, from, payload } of await client.events()) {
        if (event === 'start' || event === 'stop' || event === 'exit') continue;
        await hear({ channel: event, ...(from === undefined ? {} : { from }), payload });
      }
    } catch {
      // It may be about to come back; what it published meanwhile is lost, as for everybody.
    }
    await Bun.sleep(PAUSE_MS);
  }
}
