/** Where in a file something is wrong. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The path of the key: `applications.wiki.queue.max`. */
  readonly key?: string;
}

/**
 * An error that a person will read: what was expected, what was found and where. One line, which says what to do.
 * Everything else that is thrown is a defect of Spillway.
 */
export class Fault extends Error {
  /** Stable, for scripts and searches: `config/unknown-key`, `listen/address-in-use`. */
  readonly code: string;
  readonly place: Place | undefined;

  constructor(code: string, message: string, place?: Place, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Fault';
    this.code = code;
    this.place = place;
  }

  /** `file:line:column: key: message [code]`, as editors and grep understand it. */
  override toString(): string {
    const { file, line, column, key } = this.place ?? {};
    const at = [file, line, column].filter((part) => part !== undefined).join(':');
    return `${at === '' ? '' : `${at}: `}${key === undefined ? '' : `${key}: `}${this.message} [${this.code}]`;
  }
}
