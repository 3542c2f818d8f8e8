import type { TransportSocket } from '../../src/listener/transport.ts';

/** The socket of a connection: keeps what is written, and how it was ended. */
export class FakeSocket implements TransportSocket {
  text = '';
  /** Bytes that it takes yet; below 0 the connection is gone. */
  room = Number.POSITIVE_INFINITY;
  paused = false;
  ended: 'no' | 'shut' | 'ended' | 'terminated' = 'no';

  write(bytes: Uint8Array, offset: number, length: number): number {
    if (this.room < 0) return -1;
    const taken = Math.min(this.room, length);
    this.room -= taken;
    this.text += Buffer.from(bytes.subarray(offset, offset + taken)).toString('latin1');
    return taken;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  shutdown(): void {
    this.ended = 'shut';
  }

  end(): void {
    this.ended = 'ended';
  }

  terminate(): void {
    this.ended = 'terminated';
  }
}
