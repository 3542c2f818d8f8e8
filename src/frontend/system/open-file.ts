import { pathBytes } from './path-bytes.ts';
import { systemCalls } from './system-calls.ts';
import { SystemError } from './system-error.ts';

const isArm = process.arch === 'arm64';

/** Of open(2), for Linux on x86-64 and arm64. */
export const OPEN = {
  read: 0,
  write: 1,
  readWrite: 2,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
  append: 0o2000,
  nonBlocking: 0o4000,
  folder: isArm ? 0o40000 : 0o200000,
  noFollow: isArm ? 0o100000 : 0o400000,
} as const;

const CLOSE_AT_EXEC = 0o2000000;

/** The descriptor; closed at exec. Throws a SystemError. */
export function openFile(path: string, flags: number, mode = 0): number {
  const descriptor = systemCalls().open(pathBytes(path), flags | CLOSE_AT_EXEC, mode);
  if (descriptor < 0) throw new SystemError('open', path);
  return descriptor;
}
