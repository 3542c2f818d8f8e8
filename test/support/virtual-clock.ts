export { VirtualClock } from '../../src/lab/machine/virtual-clock.ts';
