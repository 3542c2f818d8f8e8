import type { Lane } from './lane.ts';

/** What became of one request, and who said so. `policy` and `reason` are metric labels: closed sets. */
export interface Decision {
  readonly lane: Lane;
  /** The name of the policy that decided, or of the part of the gateway: `admission`, `daemon`, `default`, `failsafe`. */
  readonly policy: string;
  readonly reason: string;
  /** With `exec`: the daemon is to be started behind it. */
  readonly warm?: boolean;
  /** With `shed`: when the visitor may come back at the earliest. The page spreads it over visitors. */
  readonly retryAfterMs?: number;
}
