/** MAX_ARG_STRLEN of Linux: one `NAME=value` with its NUL, bytes. See execve(2). */
const LONGEST_STRING = 128 * 1024;
/**
 * Linux gives arguments and environment a quarter of the stack's limit, 2 MiB where that is the usual 8 MiB. The margin
 * is for the arguments, the file's name and what the kernel adds.
 */
const LARGEST_TOTAL = 2 * 1024 * 1024 - 64 * 1024;
/** Each string has a pointer, too. */
const POINTER = 8;
/** `=` and NUL. */
const MARKS = 2;

export interface EnvironmentSize {
  /** The longest `NAME=value` with its NUL, bytes. */
  readonly longest: number;
  /** All strings and pointers, bytes. */
  readonly total: number;
  /** False where exec would fail with E2BIG. */
  readonly fits: boolean;
}

/**
 * Measures an environment before exec does. Values are byte strings, but a runtime that writes them as UTF-8 makes two
 * bytes of each from 128 on: these count double, which is never too little.
 */
export function environmentSize(entries: Iterable<readonly [name: string, value: string]>): EnvironmentSize {
  let longest = 0;
  let total = POINTER;
  for (const [name, value] of entries) {
    const size = encodedLength(name) + encodedLength(value) + MARKS;
    if (size > longest) longest = size;
    total += size + POINTER;
  }
  return { longest, total, fits: longest <= LONGEST_STRING && total <= LARGEST_TOTAL };
}

function encodedLength(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) length++;
  return length;
}
