import { join } from 'node:path';

/** What the configuration of an application that is a module comes to run. */
export interface OwnPrograms {
  /** The words that start the command line of Spillway, whatever PATH and the working directory are. */
  readonly spillway: readonly string[];
  /** The words that start an application of a module, whose path follows: the short way, since one is started for each request. */
  readonly app: readonly string[];
  /** Absolute path of the adaptor for WSGI applications. */
  readonly wsgiAdaptor: string;
}

/** Of this very installation. */
export const ownPrograms: OwnPrograms = {
  spillway: [process.execPath, join(import.meta.dirname, '../cli/main.ts')],
  app: [process.execPath, join(import.meta.dirname, '../app/main.ts')],
  wsgiAdaptor: join(import.meta.dirname, '../../python/spillway_wsgi.py'),
};
