/** Bounds of one connection, whatever is spoken over it. A reload changes them in place. */
export interface ConnectionSettings {
  readonly headTimeoutMs: number;
  /** Longest time without a byte of the body. */
  readonly bodyTimeoutMs: number;
  /** Longest time in which the peer takes no byte of the answer. */
  readonly answerTimeoutMs: number;
  readonly maxHeadBytes: number;
  /** Bytes of an answer that wait at the connection before whoever writes is told to hold back. */
  readonly answerBufferBytes: number;
  /** After the last answer: how long, and how much, of what the peer still sends is read and thrown away so that the answer arrives. */
  readonly lingerMs: number;
  readonly lingerBytes: number;
}
