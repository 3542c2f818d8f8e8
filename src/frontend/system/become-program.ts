import { addressOf, systemCalls } from './system-calls.ts';
import { SystemError } from './system-error.ts';

/** This process goes on as the program that is the first word. Returns only where that cannot be, and why. */
export function becomeProgram(
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
): SystemError {
  const given = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const program = words[0] ?? '';
  // The word stands first in this block, so that its address is that of the program's path, too.
  const texts = [...words, ...given];
  const block = Buffer.from(`${texts.join('\0')}\0`);
  const start = addressOf(block);
  // Two lists of addresses, a zero after each; the lower half of each address first.
  const addresses = new Uint32Array(2 * (texts.length + 2));
  const variablesAt = words.length + 1;
  let at = 0;
  for (const [index, text] of texts.entries()) {
    const place = 2 * (index < words.length ? index : index + 1);
    addresses[place] = start + at;
    addresses[place + 1] = (start + at) / 2 ** 32;
    at += Buffer.byteLength(text) + 1;
  }
  systemCalls().execve(block, addresses, addresses.subarray(2 * variablesAt));
  return new SystemError('execve', program);
}
