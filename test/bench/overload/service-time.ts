import type { Random } from '../../../src/core/random.ts';

/** How long the program computes for one visitor, in milliseconds of processor time. */
export type ServiceTime =
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'exponential'; readonly meanMs: number }
  /** One in `oneIn` takes `longMs`. */
  | { readonly kind: 'bimodal'; readonly ms: number; readonly longMs: number; readonly oneIn: number };

export function drawServiceMs(service: ServiceTime, random: Random): number {
  switch (service.kind) {
    case 'constant':
      return service.ms;
    case 'exponential':
      return -Math.log(1 - random()) * service.meanMs;
    case 'bimodal':
      return random() * service.oneIn < 1 ? service.longMs : service.ms;
  }
}
