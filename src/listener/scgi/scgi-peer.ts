import type { ScgiFacts } from './scgi-view.ts';

/** What is known of a connection before its request. */
export interface ScgiPeer extends Omit<ScgiFacts, 'id' | 'path' | 'query' | 'requestIdVariable'> {
  /** Over a Unix socket nothing can be reset. */
  readonly isUnix: boolean;
  /** Its word on the request's id counts. */
  readonly trusted: boolean;
}
