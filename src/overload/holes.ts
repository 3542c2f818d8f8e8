/**
 * Stand-ins for what differs from visitor to visitor, or from reason to reason. Unicode noncharacters (chapter 23.7): never valid in text that
 * comes from outside, and no escaping of HTML or JSON touches them.
 */
export const HOLES = {
  requestId: '\uFDD0',
  /** Seconds, digits. */
  retryAfter: '\uFDD1',
  /** The same in words of the language. */
  retryIn: '\uFDD2',
  /** When that is: ISO 8601, UTC. */
  retryAt: '\uFDD3',
  /** The same in words of the language. */
  retryTime: '\uFDD4',
  /** A sentence, or nothing. */
  queue: '\uFDD5',
  /** A number of the language, or nothing. */
  waiting: '\uFDD6',
} as const;

export type HoleName = keyof typeof HOLES;

/** Stand-ins for what is known when the reason is: filled in once for each reason. */
export const REASON_HOLES = {
  title: '\uFDD8',
  reason: '\uFDD9',
  status: '\uFDDA',
  /** The phrase of the status. */
  phrase: '\uFDDB',
  cause: '\uFDD7',
} as const;

/** Stand-ins for what all pages have in common, which is kept once. */
export const SHARED_HOLES = ['\uFDDC', '\uFDDD'] as const;

/** Every stand-in, and the noncharacters beside them: a template must have none. */
export const ANY_HOLE = /[\uFDD0-\uFDEF]/;
