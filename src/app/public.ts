/** What applications import as `spillway/app`. */
import { SystemClock } from '../system/system-clock.ts';
import { ApplicationBus } from './application-bus.ts';
import { setLoadedBus } from './loaded-bus.ts';

export type { PublishOptions, SubscribeOptions } from './application-bus.ts';
export type { ApplicationEvent, EventName } from './application-event.ts';
export { BusError, type BusScope } from './bus-uplink.ts';
export type { FetchApplication } from './fetch-application.ts';
export type { RequestVariables } from './request-variables.ts';

/**
 * Events of the process's life and of its surroundings:
 *
 *     bus.subscribe('reload', async () => { … read a file again … }, { timeoutMs: 5000 });
 *     await bus.publish('reload', { scope: 'gateway' });
 */
const applicationBus = new ApplicationBus(new SystemClock());
setLoadedBus(applicationBus);

export const bus: Pick<ApplicationBus, 'subscribe' | 'publish'> = applicationBus;
