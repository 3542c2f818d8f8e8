import type { BackendFailure } from '../core/backend.ts';

/** What the visitor gets when a backend gave no head. 503 is the overload page: nothing says that trying again is in vain. */
export const failureStatus: Readonly<Record<BackendFailure, number>> = {
  unreachable: 503,
  silent: 503,
  'variables-too-large': 431,
  'too-large-for-exec': 431,
  'not-started': 502,
  'no-head': 502,
  'bad-head': 502,
  'head-too-large': 502,
  'broken-off': 502,
  timeout: 504,
};
