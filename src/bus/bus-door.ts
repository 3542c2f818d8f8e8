import { chmodSync } from 'node:fs';
import type { ApplicationConfiguration } from '../config/configuration.ts';
import { claimUnixSocket } from '../listener/unix-socket-name.ts';
import { stopServer } from '../system/stop-server.ts';
import type { BusResponder } from './bus-responder.ts';

/** Longer bodies are not even read, bytes. */
const MOST_BODY = 1 << 17;

interface OpenDoor {
  close(): Promise<void>;
}

export interface BusDoorOptions {
  /** Absolute path of the socket. */
  readonly path: string;
  /** Its permissions where the operator has set them. */
  readonly mode: number | undefined;
  readonly responder: BusResponder;
  readonly onFault: (fault: unknown) => void;
}

/**
 * The socket by which applications reach the bus: beside the control socket and not the same, since that one's permissions keep everybody but
 * operators out, and programs may run as another user. Here the tokens say who may what, and who has none may nothing; the permissions only
 * keep out whom no application needs in. Open while some application is on the bus.
 */
export class BusDoor {
  readonly #options: BusDoorOptions;
  #open: OpenDoor | undefined;

  constructor(options: BusDoorOptions) {
    this.#options = options;
  }

  /** Opens what these applications need. Throws a Fault where it cannot. What is opened needlessly then is closed by the next `commit`. */
  prepare(applications: readonly ApplicationConfiguration[]): void {
    if (this.#open === undefined && isNeeded(applications)) this.#open = this.#start(modeFor(applications));
  }

  commit(applications: readonly ApplicationConfiguration[]): void {
    const { path, mode, onFault } = this.#options;
    if (this.#open === undefined) return;
    if (!isNeeded(applications)) {
      void this.close();
      return;
    }
    try {
      chmodSync(path, mode ?? modeFor(applications));
    } catch (error) {
      // Somebody has removed it.
      onFault(error);
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.close();
  }

  #start(usualMode: number): OpenDoor {
    const { path, mode = usualMode, responder, onFault } = this.#options;
    const name = claimUnixSocket(path, { mode });
    const server = Bun.serve({
      unix: name.bindPath,
      development: false,
      maxRequestBodySize: MOST_BODY,
      fetch: async (request, server) => {
        // A subscriber may hear nothing for days.
        server.timeout(request, 0);
        try {
          return await responder.respond(request, false);
        } catch (fault) {
          onFault(fault);
          return Response.json({ error: 'a defect of Spillway: see its log' }, { status: 500 });
        }
      },
    });
    try {
      name.listened();
    } catch (fault) {
      void server.stop(true);
      throw fault;
    }
    return {
      async close() {
        name.release();
        await stopServer(server);
      },
    };
  }
}

function isNeeded(applications: readonly ApplicationConfiguration[]): boolean {
  return applications.some(({ bus }) => bus !== undefined);
}

/** For us alone, unless programs of an application on the bus run as somebody else. */
function modeFor(applications: readonly ApplicationConfiguration[]): number {
  const others = applications.some(
    ({ bus, cgi }) =>
      bus !== undefined && (cgi?.process.user !== undefined || cgi?.process.group !== undefined),
  );
  return others ? 0o666 : 0o600;
}
