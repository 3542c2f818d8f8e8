import type { Socket } from 'bun';
import type { Address } from '../../src/config/configuration.ts';
import { ScgiHeadReader } from '../../src/protocol/scgi/scgi-head-reader.ts';

/** One request as it came to the daemon. */
export interface Scene {
  /** In the order in which they came; values as byte strings. */
  readonly variables: Map<string, string>;
  /** Bytes of the body so far. */
  received: number;
  /** The body, as long as it is small. */
  text: string;
  /** The frontend has closed the connection. */
  gone: boolean;
  readonly contentLength: number;
  readonly socket: Socket<Wire>;
  /** Sends as much as the other side takes at once; the rest as it takes more. Resolves when all of it is on its way. */
  send(bytes: Uint8Array | string): Promise<void>;
  /** Resolves when this much of the body has come. */
  body(bytes: number): Promise<void>;
}

interface Wire {
  reader: ScgiHeadReader;
  scene: Scene | undefined;
  woken: (() => void)[];
}

/** An SCGI daemon in the test's own process that does what the test says. */
export class ScriptedDaemon {
  readonly scenes: Scene[] = [];
  readonly #listener: ReturnType<typeof Bun.listen<Wire>>;
  readonly address: Address;

  constructor(where: 'tcp' | string, play: (scene: Scene) => Promise<void> | void) {
    const wake = (wire: Wire) => {
      for (const woken of wire.woken.splice(0)) woken();
    };
    const take = (scene: Scene, bytes: Uint8Array) => {
      scene.received += bytes.length;
      if (scene.text.length < 100_000) scene.text += Buffer.from(bytes).toString('latin1');
    };
    const socket = {
      open(socket: Socket<Wire>) {
        socket.data = { reader: new ScgiHeadReader(1_000_000), scene: undefined, woken: [] };
      },
      data: (socket: Socket<Wire>, chunk: Buffer) => {
        const wire = socket.data;
        if (wire.scene === undefined) {
          const head = wire.reader.push(chunk);
          if (head === 'more') return;
          if ('kind' in head) throw new Error(head.message);
          const scene = makeScene(socket, head);
          wire.scene = scene;
          this.scenes.push(scene);
          take(scene, chunk.subarray(wire.reader.next));
          void play(scene);
          return;
        }
        take(wire.scene, chunk);
        wake(wire);
      },
      drain: (socket: Socket<Wire>) => wake(socket.data),
      close: (socket: Socket<Wire>) => {
        if (socket.data.scene !== undefined) socket.data.scene.gone = true;
        wake(socket.data);
      },
      error() {},
    };
    const listener =
      where === 'tcp'
        ? Bun.listen<Wire>({ hostname: '127.0.0.1', port: 0, socket, allowHalfOpen: true })
        : Bun.listen<Wire>({ unix: where, socket, allowHalfOpen: true });
    this.#listener = listener as ReturnType<typeof Bun.listen<Wire>>;
    this.address =
      where === 'tcp'
        ? { kind: 'tcp', host: '127.0.0.1', port: (listener as { port: number }).port }
        : { kind: 'unix', path: where };
  }

  stop(): void {
    this.#listener.stop(true);
  }
}

function makeScene(
  socket: Socket<Wire>,
  head: { contentLength: number; entries(): Iterable<readonly [string, string]> },
): Scene {
  const changed = () => new Promise<void>((resolve) => socket.data.woken.push(resolve));
  const scene: Scene = {
    variables: new Map(head.entries()),
    contentLength: head.contentLength,
    received: 0,
    text: '',
    gone: false,
    socket,
    async send(given) {
      const bytes = typeof given === 'string' ? Buffer.from(given, 'latin1') : given;
      for (let at = 0; at < bytes.length && !scene.gone; ) {
        const took = socket.write(bytes.subarray(at));
        if (took < 0) return;
        at += took;
        if (at < bytes.length) await changed();
      }
    },
    async body(bytes) {
      while (scene.received < bytes && !scene.gone) await changed();
    },
  };
  return scene;
}
