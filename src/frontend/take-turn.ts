import type { QueueConfiguration } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import type { Decision } from '../core/decision.ts';
import type { RunLane } from '../core/lane.ts';
import type { QueueDiscipline } from '../core/policy.ts';
import type { Random } from '../core/random.ts';
import { whyFull } from '../core/why-full.ts';
import type { LiveSlots } from './live-slots.ts';

export interface TurnOptions {
  readonly queue: QueueConfiguration;
  /** The policies' word, made from the load as it is when it is asked. */
  readonly dispatch: () => Decision;
  readonly limit: (lane: RunLane) => number;
  readonly discipline: () => QueueDiscipline;
  /** Entered: this request waits. */
  readonly slots: Pick<LiveSlots, 'count' | 'move' | 'tryLane'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Between two looks, milliseconds, and up to twice that: the first soon, since most programs take but a moment. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 50;

/**
 * The decision for a request when its turn has come, or the shed where it does not come in time. Nobody is there who could
 * hand out turns, so whoever waits looks again and again, at moments of chance: turns come in no particular order.
 */
export async function takeTurn(options: TurnOptions): Promise<Decision> {
  const { queue, dispatch, limit, discipline, slots, clock, random } = options;
  const sinceMs = clock.now();
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const decision = dispatch();
    const { lane } = decision;
    if (lane === 'shed') return decision;
    const most = limit(lane);
    if (most === Number.POSITIVE_INFINITY) {
      slots.move(lane);
      return decision;
    }
    if (slots.tryLane(lane, most)) return decision;
    // Those who came first keep their places in the queue.
    const { maxWaitMs = queue.timeoutMs, maxLength = queue.max } = discipline();
    if (slots.count().ahead >= Math.min(queue.max, maxLength)) return shed(whyFull(queue.max, maxLength));
    const longestMs = Math.min(queue.timeoutMs, maxWaitMs);
    const leftMs = sinceMs + longestMs - clock.now();
    if (leftMs <= 0) return shed('queue_timeout');
    await new Promise<void>((resolve) => {
      clock.after(Math.min(leftMs, pauseMs * (1 + random())), resolve);
    });
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5);
  }
}

function shed(reason: 'queue_full' | 'queue_congested' | 'queue_timeout'): Decision {
  return { lane: 'shed', policy: 'admission', reason };
}
