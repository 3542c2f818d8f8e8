/** A smoothed value: the weight of what is past halves every half-life, however often it is fed. */
export interface Smoothed {
  /** Feeds one measurement made at `nowMs`; returns the smoothed value. The first one is taken as it is. */
  feed(value: number, nowMs: number): number;
  readonly value: number | undefined;
}

/** The least, greatest and mean of what was fed in a sliding window of time. */
export interface SlidingWindow {
  feed(value: number, nowMs: number): void;
  minimum(nowMs: number): number | undefined;
  maximum(nowMs: number): number | undefined;
  mean(nowMs: number): number | undefined;
  count(nowMs: number): number;
}

/** A switch with two thresholds: on at or above `rise`, off below `fall`, as it was in between. */
export interface Hysteresis {
  feed(value: number): boolean;
  readonly on: boolean;
}

/** Tools given to policies, so that a policy file anywhere on disk needs no import. */
export interface PolicyHelpers {
  smoothed(halfLifeMs: number): Smoothed;
  slidingWindow(lengthMs: number): SlidingWindow;
  hysteresis(rise: number, fall: number): Hysteresis;
  /** `value` kept between `least` and `greatest`. */
  clamp(value: number, least: number, greatest: number): number;
}
