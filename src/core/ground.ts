/** One comparison that the answer of a policy rests on, whichever way it came out. */
export interface Ground {
  /** A signal, such as `inflight.exec`, or in a few words what the policy makes of signals: `running tasks per processor`. */
  readonly signal: string;
  /**
   * As whom the visitor was counted, where it is the visitor's own value: `192.0.2.0/24`. Personal, and left out where those who read need
   * not know who asked; it may be of the visitor's own writing, and must be no secret.
   */
  readonly visitor?: string;
  readonly value: number;
  readonly comparison: '<' | '<=' | '>=' | '>';
  readonly threshold: number;
  /** By which an operator moves the threshold; nothing where the policy has found it by itself. */
  readonly parameter?: string;
  /** What holds when the comparison does, as a clause: `the machine is drowning`. */
  readonly means: string;
}
