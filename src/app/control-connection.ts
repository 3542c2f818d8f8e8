import { Outbox } from '../listener/outbox.ts';
import { LineReader } from '../prefork/line-reader.ts';
import { type EventLine, encodeLine, parseParentLine, type WorkerLine } from '../prefork/worker-protocol.ts';
import { connectDescriptor } from './connect-descriptor.ts';

export interface ControlHandlers {
  readonly connection: (id: number) => void;
  /** May come more than once; `lost` when the parent is gone. */
  readonly stop: (from: 'parent' | 'lost') => void;
  readonly event: (line: EventLine) => void;
  readonly breached: () => void;
}

/** The worker's end of the control stream. */
export class ControlConnection {
  readonly #outbox: Outbox;

  private constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  static async open(descriptor: number, handlers: ControlHandlers): Promise<ControlConnection> {
    const reader = new LineReader();
    const lost = (): void => handlers.stop('lost');
    let outbox: Outbox | undefined;
    await connectDescriptor(descriptor, {
      open(socket) {
        outbox = new Outbox(socket, { held() {}, lost });
      },
      data(_, bytes) {
        const lines = reader.read(bytes);
        if (lines === undefined) return handlers.breached();
        for (const text of lines) hear(text, handlers);
      },
      drain: () => void outbox?.flush(),
      close: lost,
      error: lost,
    });
    if (outbox === undefined) throw new Error('the control stream did not open');
    return new ControlConnection(outbox);
  }

  say(line: WorkerLine): void {
    this.#outbox.send(Buffer.from(encodeLine(line), 'utf8'));
  }
}

function hear(text: string, { connection, stop, event }: ControlHandlers): void {
  const line = parseParentLine(text);
  if (line === undefined || line === 'unknown') return;
  if (line.say === 'connection') connection(line.id);
  else if (line.say === 'stop') stop('parent');
  else event(line);
}
