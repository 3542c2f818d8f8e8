/** What the request line says. Positions are in the bytes of the head. */
export interface RequestLine {
  readonly method: string;
  /** The path and the query. May be empty, or begin with `?`, where the target is in absolute form. */
  readonly targetStart: number;
  readonly targetEnd: number;
  /** The authority of a target in absolute form; else both are -1. */
  readonly authorityStart: number;
  readonly authorityEnd: number;
  readonly minorVersion: 0 | 1;
}
