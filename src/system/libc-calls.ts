import { dlopen } from 'bun:ffi';
import { Fault } from '../core/fault.ts';

/** The C library of glibc systems, then the name that others link it by. */
const candidates = ['libc.so.6', 'libc.so'];

type Symbols = Parameters<typeof dlopen>[1];
type Calls<Wanted extends Symbols> = ReturnType<typeof dlopen<Wanted>>['symbols'];

/**
 * Some calls of the C library that the runtime lacks, opened at the first use: each costs some 10 us to bind, and the first one
 * over a millisecond, which a program that runs for one request may not need. So a part that needs few, in such a program, has a group
 * of its own. What is returned throws a Fault where there is no such library.
 */
export function libcCalls<const Wanted extends Symbols>(wanted: Wanted): () => Calls<Wanted> {
  let opened: Calls<Wanted> | undefined;
  return () => {
    opened ??= open(wanted);
    return opened;
  };
}

function open<Wanted extends Symbols>(wanted: Wanted): Calls<Wanted> {
  let cause: unknown;
  for (const candidate of candidates) {
    try {
      return dlopen(candidate, wanted).symbols;
    } catch (error) {
      cause = error;
    }
  }
  throw new Fault(
    'system/no-libc',
    `expected a Linux C library under one of the names ${candidates.join(', ')}; found none`,
    undefined,
    cause,
  );
}
