import type { Decision } from '../../core/decision.ts';
import type { Result } from '../../core/outcome.ts';
import type { View } from '../../core/view.ts';

/** What became of one visitor's request. */
export interface SimulatedAnswer {
  readonly view: View;
  readonly result: Result;
  readonly decision: Decision;
  readonly arrivedMs: number;
  readonly finishedMs: number;
  readonly totalMs: number;
  readonly waitMs: number;
}
