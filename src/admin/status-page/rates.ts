import type { Lane } from '../../core/lane.ts';
import type { StatusDocument } from '../status-document.ts';

export type ApplicationStatus = StatusDocument['applications'][number];
export type LaneCounts = Readonly<Record<Lane, number>>;

/** Over this time rates are taken: long enough to be calm, short enough to be live. */
const OVER_SECONDS = 3;

/** Decisions since the start, by lane. */
export function laneCounts({ decisions }: Pick<ApplicationStatus, 'decisions'>): LaneCounts {
  const counts = { exec: 0, forward: 0, shed: 0 };
  for (const { lane, total } of decisions) if (lane in counts) counts[lane as Lane] += total;
  return counts;
}

/** Turns counts since the start into counts per second, by the gateway's own clock. */
export class Rates {
  readonly #samples: { readonly at: number; readonly counts: ReadonlyMap<string, number> }[] = [];
  #started = '';

  add({ started, uptime_seconds, applications }: StatusDocument): void {
    // Another gateway counts from zero.
    if (started !== this.#started) this.#samples.length = 0;
    this.#started = started;
    const counts = new Map<string, number>();
    for (const { name, decisions } of applications) {
      for (const { policy, lane, reason, total } of decisions)
        counts.set(keyOf(name, policy, lane, reason), total);
      for (const [lane, total] of Object.entries(laneCounts({ decisions })))
        counts.set(keyOf(name, lane), total);
    }
    this.#samples.push({ at: uptime_seconds, counts });
    while ((this.#samples[1]?.at ?? Number.POSITIVE_INFINITY) <= uptime_seconds - OVER_SECONDS)
      this.#samples.shift();
  }

  lane(application: string, lane: Lane): number {
    return this.#rate(keyOf(application, lane));
  }

  decision(
    application: string,
    { policy, lane, reason }: { readonly policy: string; readonly lane: string; readonly reason: string },
  ): number {
    return this.#rate(keyOf(application, policy, lane, reason));
  }

  #rate(key: string): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at <= first.at) return 0;
    const grown = (last.counts.get(key) ?? 0) - (first.counts.get(key) ?? 0);
    return Math.max(0, grown) / (last.at - first.at);
  }
}

function keyOf(...parts: readonly string[]): string {
  return parts.join('\0');
}
