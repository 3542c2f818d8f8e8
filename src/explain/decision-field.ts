import type { Decision } from '../core/decision.ts';
import type { Load } from '../core/load.ts';

export interface DecidedRequest {
  readonly decision: Decision;
  /** As it is now, and how many at once may be in the lane; infinity where nobody says. */
  readonly load: Load;
  readonly limit: number;
  readonly waitMs: number;
}

/**
 * The field `Spillway-Decision`: the lane as a token, and as its parameters who decided and the numbers (Structured Field Values, RFC 8941,
 * section 3.3). What is not known is left out.
 */
export function decisionField({ decision, load, limit, waitMs }: DecidedRequest): Uint8Array {
  const { lane, policy, reason } = decision;
  const numbers: readonly (readonly [string, number | undefined])[] = [
    ['wait_ms', waitMs],
    ['inflight', lane === 'shed' ? load.inflight.exec + load.inflight.forward : load.inflight[lane]],
    ['limit', limit],
    ['queued', load.queued],
    ['load_average', load.loadAverage],
    ['running', load.running],
    ['cpu_pressure', load.cpuPressure],
    ['processors', load.processors],
  ];
  const parameters = numbers.flatMap(([name, value]) =>
    value === undefined || !Number.isFinite(value) ? [] : [`;${name}=${Math.round(value * 1000) / 1000}`],
  );
  const text = `${lane};policy="${policy}";reason="${reason}"${parameters.join('')};daemon=${load.daemon}`;
  return Buffer.from(`Spillway-Decision: ${text}\r\n`, 'latin1');
}
