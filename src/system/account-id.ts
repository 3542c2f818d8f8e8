import { read } from 'bun:ffi';
import { libc } from './libc.ts';

/** Where `pw_uid` and `gr_gid` stand in their structures: behind two pointers, on every 64-bit Linux. */
const ID_OFFSET = 16;

/** The number of a user or group, given by name or by number; nothing where the machine knows no such name. */
export function accountId(kind: 'user' | 'group', name: string): number | undefined {
  if (/^\d{1,9}$/.test(name)) return Number(name);
  const { getpwnam, getgrnam } = libc();
  const bytes = Buffer.from(`${name}\0`, 'utf8');
  const entry = kind === 'user' ? getpwnam(bytes) : getgrnam(bytes);
  return entry === null ? undefined : read.u32(entry, ID_OFFSET);
}
