import type { Ground } from './ground.ts';

/** Whether what a ground compares comes out as it says. */
export function isMet({
  value,
  comparison,
  threshold,
}: Pick<Ground, 'value' | 'comparison' | 'threshold'>): boolean {
  switch (comparison) {
    case '>=':
      return value >= threshold;
    case '>':
      return value > threshold;
    case '<':
      return value < threshold;
    default:
      return value <= threshold;
  }
}
