import { errorNumber } from './system-calls.ts';

/** Those that somebody tells apart, or that an operator is likely to see (errno(3); the same on all machines). */
const CODES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  5: 'EIO',
  7: 'E2BIG',
  8: 'ENOEXEC',
  12: 'ENOMEM',
  13: 'EACCES',
  17: 'EEXIST',
  20: 'ENOTDIR',
  21: 'EISDIR',
  22: 'EINVAL',
  23: 'ENFILE',
  24: 'EMFILE',
  26: 'ETXTBSY',
  28: 'ENOSPC',
  30: 'EROFS',
  36: 'ENAMETOOLONG',
  40: 'ELOOP',
  122: 'EDQUOT',
};

/** A call that failed, as `hasCode` knows it. To be made right after the call. */
export class SystemError extends Error {
  readonly code: string;

  constructor(call: string, path?: string) {
    const number = errorNumber();
    const code = CODES[number] ?? `error number ${number}`;
    super(`${code}: ${call}${path === undefined ? '' : ` '${path}'`}`);
    this.code = code;
  }
}
