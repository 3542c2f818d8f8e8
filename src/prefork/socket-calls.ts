import { libcCalls } from '../system/libc-calls.ts';

/** The calls with which a parent accepts, watches and passes on connections. */
export const socketCalls = libcCalls({
  accept4: { args: ['i32', 'ptr', 'ptr', 'i32'], returns: 'i32' },
  close: { args: ['i32'], returns: 'i32' },
  epoll_create1: { args: ['i32'], returns: 'i32' },
  epoll_ctl: { args: ['i32', 'i32', 'i32', 'ptr'], returns: 'i32' },
  epoll_wait: { args: ['i32', 'ptr', 'i32', 'i32'], returns: 'i32' },
  recv: { args: ['i32', 'ptr', 'u64', 'i32'], returns: 'i64' },
  send: { args: ['i32', 'ptr', 'u64', 'i32'], returns: 'i64' },
  sendmsg: { args: ['i32', 'ptr', 'i32'], returns: 'i64' },
  shutdown: { args: ['i32', 'i32'], returns: 'i32' },
  socketpair: { args: ['i32', 'i32', 'i32', 'ptr'], returns: 'i32' },
});
