/**
 * The default: what is in force where an application names no policies. It needs no number.
 *
 * It is `threshold` and `gradient` under one name, joined as a chain joins its policies:
 *
 *                      threshold                               gradient
 *     asks             how loaded is the machine?              do more at once bring more answers?
 *     decides          the lane: exec when quiet, forward      how many at once in each lane, and how long
 *                      when busy, shed when it drowns          the queue may stand
 *     in a flood       has the daemon started at once          sheds what would come too late
 *     by itself        lets a flood in until the machine       has no opinion on lanes: nothing would ever
 *                      suffers: answers get slow               get the daemon up
 *
 * Any shed of either sheds, the lesser limit and the shorter wait hold. Its decisions have the reasons of its parts, no two of
 * which have the same one, so that a reason says which part it was: those for a lane and `drowning` are of `threshold`. What it sheds by its limits
 * shows as `queue_congested`, `queue_full` and `queue_timeout` of the admission. All parameters of both are its own: `auto: { shed: 6 }`.
 *
 * Choose another one when you know better: `fixed` when you have measured a number, `priority` or `fair` BEFORE it
 * (`policies: [ fair, auto ]`) when visitors are not alike, `threshold` alone for programs that only sleep.
 *
 * Why no third part: with its limit found, `gradient` keeps a machine from drowning by this application before a guard by load
 * wakes up. In the simulated machine `load-guard` beside these two gained no goodput at 2, 5 and 10 times the capacity, and cost: with
 * requests of 1 ms the 99th percentile was 2 to 4 times as long, with one in twenty of 500 ms goodput fell from 0.97 to 0.92. In place of
 * `gradient` it let requests of 100 ms take four times as long. `threshold` sheds for what others do to the machine.
 *
 * What it cannot do: while the daemon gets up only programs answer, and who cannot have one of them soon is shed. A daemon that gets up
 * fast loses few; `start` below 1 has it started earlier.
 */
import type { PolicyComposition } from '../src/core/policy-composition.ts';

export default {
  name: 'auto',
  when: 'You want to set nothing: the lanes follow the load, and answers stay fast in a flood. The default.',
  source: 'Spillway: `threshold` for the lane, `gradient` for the limits and the queue.',
  parts: ['threshold', 'gradient'],
} as const satisfies PolicyComposition;
