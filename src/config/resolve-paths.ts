import { join, resolve } from 'node:path';
import type { Address, ListenAddress } from './configuration.ts';

/** A path of the file in `directory`, absolute. */
export function resolvePath(directory: string, path: string): string {
  return resolve(directory, path);
}

/** A text that is a path only where it begins with `./` or `../`. */
export function resolveText(directory: string, text: string): string {
  return /^\.\.?\//.test(text) ? join(directory, text) : text;
}

/** The first word of a command: a path where it has a slash, else a name to be looked up in PATH. */
export function resolveProgram(directory: string, word: string): string {
  return word.includes('/') ? resolve(directory, word) : word;
}

export function resolveAddress(directory: string, address: Address): Address;
export function resolveAddress(directory: string, address: ListenAddress): ListenAddress;
export function resolveAddress(directory: string, address: ListenAddress): ListenAddress {
  return address.kind === 'unix' ? { kind: 'unix', path: resolve(directory, address.path) } : address;
}
