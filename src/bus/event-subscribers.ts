import type { BusLine } from './bus-line.ts';

/** Of each application, and of operators. A preforking parent has one for all its workers. */
const MOST_SUBSCRIBERS = 64;
/** What one who does not read may have waiting, bytes; then it is cut off, and can come again. */
const MOST_UNREAD = 1 << 18;

interface Subscriber {
  /** Nothing: an operator, who hears everything. */
  readonly application: string | undefined;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

const encoder = new TextEncoder();

/** Those who listen from outside the process, each by a stream of lines of JSON. */
export class EventSubscribers {
  readonly #subscribers = new Set<Subscriber>();

  /** A stream that begins with an empty line, so that who reads it knows that it is heard from now on. Nothing where there are too many. */
  subscribe(application: string | undefined): ReadableStream<Uint8Array> | undefined {
    const same = [...this.#subscribers].filter((one) => one.application === application);
    if (same.length >= MOST_SUBSCRIBERS) return undefined;
    let leave = (): void => {};
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const subscriber = { application, controller };
          this.#subscribers.add(subscriber);
          leave = () => this.#subscribers.delete(subscriber);
          controller.enqueue(encoder.encode('\n'));
        },
        cancel: () => leave(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MOST_UNREAD }),
    );
  }

  /** To those of one application, or to everybody; operators hear both. Returns how many of them were no operators. */
  deliver(line: BusLine, application: string | undefined): number {
    const bytes = encoder.encode(`${JSON.stringify(line)}\n`);
    let told = 0;
    for (const subscriber of [...this.#subscribers]) {
      const isOperator = subscriber.application === undefined;
      if (!isOperator && application !== undefined && subscriber.application !== application) continue;
      if (this.#send(subscriber, bytes) && !isOperator) told += 1;
    }
    return told;
  }

  /** Ends every stream, with all that was delivered. */
  close(): void {
    for (const { controller } of this.#subscribers) controller.close();
    this.#subscribers.clear();
  }

  #send(subscriber: Subscriber, bytes: Uint8Array): boolean {
    const { controller } = subscriber;
    if ((controller.desiredSize ?? 0) > 0) {
      controller.enqueue(bytes);
      return true;
    }
    this.#subscribers.delete(subscriber);
    controller.error(new Error('a subscriber that does not read'));
    return false;
  }
}
