import type { BackendFailure } from '../../core/backend.ts';

/** Why what a program or daemon sent has no head that can be used. */
export type CgiHeadFailure = Extract<BackendFailure, 'no-head' | 'bad-head' | 'head-too-large'>;
