/** Why somebody finds no place in a queue: as many wait as the operator allows (`max`), or as a policy does for now (`maxLength`). */
export function whyFull(max: number, maxLength: number): 'queue_full' | 'queue_congested' {
  return maxLength < max ? 'queue_congested' : 'queue_full';
}
