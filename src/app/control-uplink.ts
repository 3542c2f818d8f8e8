import type { Clock } from '../core/clock.ts';
import type { EventLine } from '../prefork/worker-protocol.ts';
import { type ApplicationEvent, isEventName } from './application-event.ts';
import { BusError, type BusScope, type BusUplink } from './bus-uplink.ts';

/** Longer than listeners elsewhere usually take. */
const ANSWER_MS = 60_000;

interface Waiting {
  readonly taken: () => void;
  readonly refused: (error: BusError) => void;
}

/**
 * To the prefork parent, over the control stream:
 *
 *     worker ► {"say":"event","id":1,"channel":"reload","scope":"gateway","payload":…}
 *     parent ► {"say":"event","answer":1}                            taken
 *     parent ► {"say":"event","answer":1,"refused":"why, for people"}
 *     parent ► {"say":"event","channel":"reload","from":"wiki","payload":…}
 */
export class ControlUplink implements BusUplink {
  readonly #send: (line: EventLine) => void;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(send: (line: EventLine) => void, clock: Clock) {
    this.#send = send;
    this.#clock = clock;
  }

  publish(event: ApplicationEvent, scope: BusScope): Promise<void> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(ANSWER_MS, () => {
        this.#waiting.delete(id);
        reject(new BusError('unreachable', `expected an answer within ${ANSWER_MS} ms, found none`));
      });
      this.#waiting.set(id, {
        taken: () => {
          cancel();
          resolve();
        },
        refused: (error) => {
          cancel();
          reject(error);
        },
      });
      this.#send({ say: 'event', id, ...event, scope });
    });
  }

  /** A line of the parent: its event, or nothing where it was an answer or is none of ours. */
  received(line: EventLine): ApplicationEvent | undefined {
    const { answer, refused, channel, from, payload } = line;
    if (typeof answer === 'number') {
      const waiting = this.#waiting.get(answer);
      this.#waiting.delete(answer);
      if (refused === undefined) waiting?.taken();
      else waiting?.refused(new BusError('refused', String(refused)));
      return undefined;
    }
    if (!isEventName(channel)) return undefined;
    return {
      channel,
      ...(typeof from === 'string' ? { from } : {}),
      ...(payload === undefined ? {} : { payload }),
    };
  }

  /** The parent is gone. */
  close(): void {
    for (const { refused } of this.#waiting.values())
      refused(new BusError('unreachable', 'expected an answer of the prefork parent, which is gone'));
    this.#waiting.clear();
  }
}
