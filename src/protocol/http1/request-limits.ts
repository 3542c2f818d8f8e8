/** Bounds on one request's head. Sizes are bytes. */
export interface RequestLimits {
  /** From the first byte of the method to the last of the empty line. */
  readonly maxHeadBytes: number;
  readonly maxTargetBytes: number;
  readonly maxFields: number;
}

/** The limits that go with a bound on the head: no target that leaves no room for fields, and no more fields than browsers ever send. */
export function requestLimits(maxHeadBytes: number): RequestLimits {
  return { maxHeadBytes, maxTargetBytes: Math.max(1, Math.floor(maxHeadBytes / 2)), maxFields: 100 };
}
