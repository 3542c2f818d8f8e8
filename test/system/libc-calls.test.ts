import { describe, expect, test } from 'vitest';
import { libcCalls } from '../../src/system/libc-calls.ts';

describe('a group of libc calls', () => {
  test('calls the C library', () => {
    const calls = libcCalls({ getpid: { args: [], returns: 'i32' } });
    expect(calls().getpid()).toBe(process.pid);
  });

  test('is opened at its first use, not when it is named, and once', () => {
    const unknown = libcCalls({ no_such_call_of_any_library: { args: [], returns: 'i32' } });
    expect(unknown).toThrow(expect.objectContaining({ code: 'system/no-libc' }));
    const calls = libcCalls({ getpid: { args: [], returns: 'i32' } });
    expect(calls()).toBe(calls());
  });
});
