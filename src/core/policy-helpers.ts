import type { TextProblem } from './parameter.ts';
import type { View } from './view.ts';

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

/** A class of requests that an operator has written. */
export interface RequestClass {
  readonly name: string;
  /** 0 to 1; of all classes together at most 1. */
  readonly share: number;
  /** Whether all its conditions hold for a request. */
  holds(view: View): boolean;
}

/** Tools given to policies, so that a policy file anywhere on disk needs no import. */
export interface PolicyHelpers {
  smoothed(halfLifeMs: number): Smoothed;
  slidingWindow(lengthMs: number): SlidingWindow;
  hysteresis(rise: number, fall: number): Hysteresis;
  /** `value` kept between `least` and `greatest`. */
  clamp(value: number, least: number, greatest: number): number;
  /** The 16-bit groups of an IP address, 2 of IPv4 and 8 of IPv6, such as `REMOTE_ADDR` has; nothing where it is none. */
  parseAddress(text: string): readonly number[] | undefined;
  /**
   * Classes of requests as operators write them, one a line: `members 60%: logged-in and not path /feed*`; or what is wrong with the text. The
   * conditions are described in policies/priority.ts. `loginCookies` are the names by which `logged-in` knows a visitor, with commas between.
   */
  readClasses(text: string, loginCookies: string): readonly RequestClass[] | TextProblem;
}
