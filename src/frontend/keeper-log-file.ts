import { closeSync, renameSync } from 'node:fs';
import type { DaemonLog, DaemonLogFields } from '../daemon/daemon-log.ts';
import { LineFile } from '../log/line-file.ts';
import { openSharedFile } from '../system/open-shared-file.ts';

/** Then it is put aside as `.1`, over the one before. */
const MAX_BYTES = 1 << 20;

/** What a keeper process logs: a line of JSON each, in a file of bounded size. Without a file that can be written, nothing. */
export class KeeperLogFile implements DaemonLog {
  readonly #path: string;
  readonly #maxBytes: number;
  #file: LineFile | undefined;

  constructor(path: string, maxBytes = MAX_BYTES) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#file = open(path);
  }

  info(event: string, fields: DaemonLogFields): void {
    this.#write('info', event, fields);
  }

  warn(event: string, fields: DaemonLogFields): void {
    this.#write('warn', event, fields);
  }

  #write(level: string, event: string, fields: DaemonLogFields): void {
    const line = Buffer.from(
      `${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`,
    );
    if (this.#file !== undefined && this.#file.bytes + line.length > this.#maxBytes) this.#putAside();
    this.#file?.append(line);
  }

  #putAside(): void {
    this.#file?.close();
    this.#file = undefined;
    try {
      renameSync(this.#path, `${this.#path}.1`);
    } catch {
      // The lines are lost rather than the bound.
      return;
    }
    this.#file = open(this.#path);
  }
}

/** Keepers may run as this user or that one: the file is made for all of them. */
function open(path: string): LineFile | undefined {
  try {
    const descriptor = openSharedFile(path);
    if (descriptor !== undefined) closeSync(descriptor);
    return new LineFile(path);
  } catch {
    return undefined;
  }
}
