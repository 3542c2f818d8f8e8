import { dlopen, read } from 'bun:ffi';

/**
 * The system calls of a conversation. Made directly, since for one request the runtime's own sockets and streams cost more
 * to start than all the rest: 2.5 ms and 7 MB, these 1 ms and 4 MB. A table of its own: each call costs time to load.
 */
const symbols = {
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'u32'], returns: 'i32' },
  connect: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  poll: { args: ['ptr', 'u64', 'i32'], returns: 'i32' },
  send: { args: ['i32', 'ptr', 'u64', 'i32'], returns: 'i64' },
  recv: { args: ['i32', 'ptr', 'u64', 'i32'], returns: 'i64' },
  read: { args: ['i32', 'ptr', 'u64'], returns: 'i64' },
  write: { args: ['i32', 'ptr', 'u64'], returns: 'i64' },
  close: { args: ['i32'], returns: 'i32' },
  fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  __errno_location: { args: [], returns: 'ptr' },
} as const;

export type ConversationCalls = ReturnType<typeof openCalls>;

let opened: ConversationCalls | undefined;

/** Throws where there is no glibc under its usual name. */
export function conversationCalls(): ConversationCalls {
  opened ??= openCalls();
  return opened;
}

function openCalls() {
  const calls = dlopen('libc.so.6', symbols).symbols;
  return {
    ...calls,
    /** Of the last failed call, to be asked at once. */
    errno(): number {
      const location = calls.__errno_location();
      return location === null ? 0 : read.i32(location, 0);
    },
  };
}
