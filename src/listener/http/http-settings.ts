import type { HttpConfiguration } from '../../config/configuration.ts';
import type { ConnectionSettings } from '../connection-settings.ts';

/** Bounds of one connection: those that an operator sets, and others. */
export interface HttpSettings extends ConnectionSettings, Omit<HttpConfiguration, 'maxConnections'> {
  /** Bytes of pipelined requests that wait for the answer before them. */
  readonly pipelineBytes: number;
}

export const httpDefaults: Omit<HttpSettings, keyof HttpConfiguration> = {
  answerBufferBytes: 64 << 10,
  pipelineBytes: 64 << 10,
  lingerMs: 10_000,
  lingerBytes: 256 << 20,
};
