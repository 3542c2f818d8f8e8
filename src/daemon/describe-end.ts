import type { DaemonProcess } from './daemon-process.ts';

/** How a daemon ended, in words. `alive`: after its leader's end somebody still listens at its address. */
export function describeEnd({ end }: DaemonProcess, alive: boolean): string {
  if (alive)
    return 'expected a command that stays in the foreground, found one that left a daemon in the background';
  if (end?.signal !== undefined) return `ended by ${end.signal}`;
  return `ended by itself with code ${end?.code ?? 'unknown'}`;
}
