import { ptr, read } from 'bun:ffi';
import { libcCalls } from '../system/libc-calls.ts';

const MSG_DONTWAIT = 0x40;
const MSG_CMSG_CLOEXEC = 0x40000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
/** `struct cmsghdr` of 64-bit Linux: length (64 bits), level, type (32 each); then the descriptor, padded to 8. */
const CONTROL_BYTES = 24;
/** `struct msghdr`: name, its length, vector, its count, control, its length, flags; 8 bytes each. */
const MESSAGE_WORDS = 7;

const receiving = libcCalls({ recvmsg: { args: ['i32', 'ptr', 'i32'], returns: 'i64' } });

// Over buffers of their own, kept for ever: the kernel is given their bare addresses.
const byte = new Uint8Array(new ArrayBuffer(8));
const vector = new BigUint64Array(new ArrayBuffer(16));
const control = new Uint8Array(new ArrayBuffer(CONTROL_BYTES));
const message = new BigUint64Array(new ArrayBuffer(8 * MESSAGE_WORDS));

/**
 * Takes one descriptor that was sent over a Unix socket with one byte (unix(7), SCM_RIGHTS); it is closed at exec. Nothing where none is
 * there. Never waits.
 */
export function receiveDescriptor(socket: number): number | undefined {
  vector[0] = BigInt(ptr(byte));
  vector[1] = 1n;
  message[2] = BigInt(ptr(vector));
  message[3] = 1n;
  message[4] = BigInt(ptr(control));
  message[5] = BigInt(CONTROL_BYTES);
  message[6] = 0n;
  control.fill(0);
  if (Number(receiving().recvmsg(socket, message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)) !== 1) return undefined;
  const at = ptr(control);
  const isDescriptor = read.i32(at, 8) === SOL_SOCKET && read.i32(at, 12) === SCM_RIGHTS;
  return isDescriptor ? read.i32(at, 16) : undefined;
}
