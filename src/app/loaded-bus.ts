import type { ApplicationBus } from './application-bus.ts';

let loaded: ApplicationBus | undefined;

/** The bus of this process, if its application has asked for one: a CGI program that does not should not load it. */
export function loadedBus(): ApplicationBus | undefined {
  return loaded;
}

export function setLoadedBus(bus: ApplicationBus): void {
  loaded = bus;
}
