import type { PhaseReport } from './phase-report.ts';

/** One server at one rate. */
export interface OverloadRow {
  readonly peer: string;
  /** Offered, as a multiple of the capacity. */
  readonly share: number;
  readonly flood: PhaseReport;
  /** After the flood, until nobody is served badly any more. */
  readonly recoveryMs: number;
}
