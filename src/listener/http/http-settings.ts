import type { HttpConfiguration } from '../../config/configuration.ts';

/** Bounds of one connection beyond those that an operator sets. */
export interface HttpSettings extends Omit<HttpConfiguration, 'maxConnections'> {
  /** Bytes of an answer that wait at the connection before whoever writes is told to hold back. */
  readonly answerBufferBytes: number;
  /** Bytes of pipelined requests that wait for the answer before them. */
  readonly pipelineBytes: number;
  /** After the last answer: how long, and how much, of what the visitor still sends is read and thrown away so that the answer arrives. */
  readonly lingerMs: number;
  readonly lingerBytes: number;
}

export const httpDefaults: Omit<HttpSettings, keyof HttpConfiguration> = {
  answerBufferBytes: 256 << 10,
  pipelineBytes: 64 << 10,
  lingerMs: 10_000,
  lingerBytes: 256 << 20,
};
