import { BusClient } from '../bus/bus-client.ts';
import { controlSocketOf } from '../control/control-socket-of.ts';
import { Fault } from '../core/fault.ts';

export interface BusPublishOptions {
  readonly application?: string;
  /** JSON. */
  readonly payload?: string;
}

/** `spillway bus publish EVENT [FILE]`: exit code 1 where it was refused, or where somebody who heard it could not do it. */
export async function publish(
  event: string,
  file: string,
  { application, payload }: BusPublishOptions,
): Promise<void> {
  const heard = await new BusClient(controlSocketOf(file)).publish({
    event,
    ...(application !== undefined && { application }),
    ...(payload !== undefined && { payload: parsePayload(payload) }),
  });
  const who = application === undefined ? 'the gateway' : `${application}: ${subscribers(heard)}`;
  process.stdout.write(`published ${event} to ${who}\n`);
}

/** `spillway bus events [FILE]`: a line of JSON for each, until the gateway ends. */
export async function events(file: string): Promise<void> {
  for await (const line of await new BusClient(controlSocketOf(file)).events())
    process.stdout.write(`${JSON.stringify(line)}\n`);
}

function subscribers(heard: number): string {
  return heard === 0 ? 'nobody listens there' : `${heard} heard it`;
}

function parsePayload(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new Fault('bus/payload', `expected JSON after --payload, found: ${found}`, undefined, error);
  }
}
