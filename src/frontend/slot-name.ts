import type { RunLane } from '../core/lane.ts';

/** Waits for a place in a lane, or has one. */
export type SlotState = 'waiting' | RunLane;

/** One living request. Process id and start time together name a process once and for all, since ids come round again. */
export interface Slot {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process: field 22 of /proc/PID/stat, kept as it is written there. */
  readonly start: string;
  readonly state: SlotState;
}

const PATTERN = /^([1-9]\d{0,9})-(0|[1-9]\d{0,19})-(waiting|exec|forward)$/;

/** A slot is a name, `PID-START-STATE`, and nothing else: it is made, changed and removed by one system call each. */
export function encodeSlotName({ pid, start, state }: Slot): string {
  return `${pid}-${start}-${state}`;
}

/** Nothing where the name is not one of a slot. */
export function parseSlotName(name: string): Slot | undefined {
  const [, pid, start, state] = PATTERN.exec(name) ?? [];
  if (pid === undefined || start === undefined || state === undefined) return undefined;
  return { pid: Number(pid), start, state: state as SlotState };
}
