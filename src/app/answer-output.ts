/** Where the bytes of an answer go to. */
export interface AnswerOutput {
  /** Nothing, or a promise that resolves when there is room for more. Throws or rejects where the reader is gone. */
  write(bytes: Uint8Array): Promise<void> | undefined;
}
