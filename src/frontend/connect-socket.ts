import { errorNumber, systemCalls } from './system/system-calls.ts';

const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_SNDTIMEO = 21;
const EAGAIN = 11;
const EINPROGRESS = 115;

/**
 * A connected stream socket. With a time limit for sending, a blocking `connect` waits that long: for a free place in a Unix socket's
 * backlog, too. `target`: a `sockaddr`.
 */
export function connectSocket(target: Uint8Array, timeoutMs: number): number | 'refused' | 'late' {
  const calls = systemCalls();
  const family = target[0] ?? 0;
  const socket = calls.socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return 'refused';
  // Zero would be no limit.
  const limitMs = Math.max(1, Math.ceil(timeoutMs));
  // `struct timeval`: two numbers of 64 bits, the lower half first.
  const limit = new Int32Array([Math.floor(limitMs / 1000), 0, (limitMs % 1000) * 1000, 0]);
  calls.setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, limit, limit.byteLength);
  if (calls.connect(socket, target, target.length) === 0) return socket;
  const error = errorNumber();
  calls.close(socket);
  return error === EAGAIN || error === EINPROGRESS ? 'late' : 'refused';
}
