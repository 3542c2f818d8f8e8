import { ptr } from 'bun:ffi';
import { EINTR, errno } from '../system/errno.ts';
import { socketCalls } from './socket-calls.ts';

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** `struct cmsghdr` of 64-bit Linux: length (64 bits), level, type (32 each); then the descriptor, padded to 8. */
const CONTROL_BYTES = 24;
const CONTROL_LENGTH = 20;
/** `struct msghdr`: name, its length, vector, its count, control, its length, flags; 8 bytes each. */
const MESSAGE_BYTES = 56;

/**
 * Sends descriptors over Unix sockets, one byte with each (unix(7), SCM_RIGHTS). The message is laid out once; only the descriptor in it
 * changes. Its parts are fields, since the kernel is given their bare addresses.
 */
export class DescriptorSender {
  // Over buffers of their own: the runtime may move the bytes of a small array that has none.
  readonly #byte = new Uint8Array(new ArrayBuffer(8));
  readonly #vector = new BigUint64Array(new ArrayBuffer(16));
  readonly #control = new DataView(new ArrayBuffer(CONTROL_BYTES));
  readonly #message = new BigUint64Array(new ArrayBuffer(MESSAGE_BYTES));
  readonly #controlBytes = new Uint8Array(this.#control.buffer);

  constructor() {
    this.#control.setBigUint64(0, BigInt(CONTROL_LENGTH), true);
    this.#control.setInt32(8, SOL_SOCKET, true);
    this.#control.setInt32(12, SCM_RIGHTS, true);
    this.#vector[0] = BigInt(ptr(this.#byte));
    this.#vector[1] = 1n;
    this.#message[2] = BigInt(ptr(this.#vector));
    this.#message[3] = 1n;
    this.#message[4] = BigInt(ptr(this.#controlBytes));
    this.#message[5] = BigInt(CONTROL_BYTES);
  }

  /** False where the peer is gone or its buffer is full: then nothing was sent. Never waits. */
  send(socket: number, descriptor: number): boolean {
    this.#control.setInt32(16, descriptor, true);
    for (;;) {
      const sent = Number(socketCalls().sendmsg(socket, this.#message, MSG_DONTWAIT | MSG_NOSIGNAL));
      if (sent === 1) return true;
      if (errno() !== EINTR) return false;
    }
  }
}
