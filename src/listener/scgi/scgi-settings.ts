import type { ConnectionSettings } from '../connection-settings.ts';

/** Bounds of one SCGI connection. The peer is a front server: slow visitors are chiefly its business. */
export interface ScgiSettings extends ConnectionSettings {
  /** Bytes of a body that wait in memory until somebody wants it. */
  readonly pendingBytes: number;
  /** How long a Unix socket stays silent after an answer of unknown length broke off: longer than front servers wait (60 s). */
  readonly silenceMs: number;
}

export const scgiDefaults = {
  answerBufferBytes: 1 << 20,
  pendingBytes: 64 << 10,
  // A front server that passes a body on as it comes sends at the speed of its visitor.
  lingerMs: 60_000,
  lingerBytes: 256 << 20,
  silenceMs: 90_000,
} as const satisfies Partial<ScgiSettings>;
