/** Bounds of one SCGI connection. The peer is a front server: slow visitors are chiefly its business. */
export interface ScgiSettings {
  readonly headTimeoutMs: number;
  /** Longest time without a byte of the body. */
  readonly bodyTimeoutMs: number;
  /** Longest time in which the peer takes no byte of the answer. */
  readonly answerTimeoutMs: number;
  readonly maxHeadBytes: number;
  /** Bytes of an answer that wait for the peer in memory before the application is held back. */
  readonly answerBufferBytes: number;
  /** Bytes of a body that wait in memory until somebody wants it. */
  readonly pendingBytes: number;
  /** After the answer: how long, and how much, of what the peer still sends is read and thrown away so that the answer arrives. */
  readonly lingerMs: number;
  readonly lingerBytes: number;
  /** How long a Unix socket stays silent after an answer of unknown length broke off: longer than front servers wait (60 s). */
  readonly silenceMs: number;
}

export const scgiDefaults = {
  answerBufferBytes: 1 << 20,
  pendingBytes: 64 << 10,
  // A front server that passes a body on as it comes sends at the speed of its visitor.
  lingerMs: 60_000,
  lingerBytes: 256 << 20,
  silenceMs: 90_000,
} as const satisfies Partial<ScgiSettings>;
