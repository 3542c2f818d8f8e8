export { idleLoad } from '../../src/lab/policy-contract/idle-load.ts';
