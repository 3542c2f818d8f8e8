/** A lane in which the application itself answers. */
export type RunLane = 'exec' | 'forward';

/** The three ways in which a request can be answered. */
export type Lane = RunLane | 'shed';
