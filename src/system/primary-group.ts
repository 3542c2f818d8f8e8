import { read } from 'bun:ffi';
import { libc } from './libc.ts';

/** Where `pw_gid` stands in `struct passwd`: behind two pointers and `pw_uid`, on every 64-bit Linux. */
const GROUP_OFFSET = 20;

/** The number of the group that a user has at login; nothing where the machine knows no user of this name. */
export function primaryGroup(user: string): number | undefined {
  const entry = libc().getpwnam(Buffer.from(`${user}\0`, 'utf8'));
  return entry === null ? undefined : read.u32(entry, GROUP_OFFSET);
}
