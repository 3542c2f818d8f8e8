/** `value` kept between `least` and `greatest`; what is no number becomes `least`. */
export function clamp(value: number, least: number, greatest: number): number {
  return value >= least ? Math.min(value, Math.max(least, greatest)) : least;
}
