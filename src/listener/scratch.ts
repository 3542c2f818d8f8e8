/** A buffer that answers are put together in, shared by all connections of a listener: its content is valid until the current call returns. */
export class Scratch {
  readonly bytes: Buffer;
  /** Bytes in use, from the first one on. */
  length = 0;

  /** Whoever writes sees to it that no more than `size` bytes come together. */
  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  text(text: string): void {
    this.length += this.bytes.write(text, this.length, 'latin1');
  }

  add(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }
}
