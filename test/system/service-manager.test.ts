import { describe, expect, test } from 'vitest';
import { ServiceManager } from '../../src/system/service-manager.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('without a service manager', () => {
  test.each([
    ['no socket', {}],
    [
      'a socket of a kind that systemd does not have',
      { NOTIFY_SOCKET: 'vsock:2:1234', WATCHDOG_USEC: '1000000' },
    ],
  ])('%s: nothing is told, and nothing waits', (_what, environment) => {
    const clock = new VirtualClock();
    const manager = new ServiceManager({ ...environment }, clock);
    manager.ready('serving');
    manager.reloading();
    manager.status('busy');
    manager.stopping();
    expect(clock.pending).toBe(0);
  });

  test.each([
    ['another process is watched', { WATCHDOG_USEC: '1000000', WATCHDOG_PID: '1' }, 0],
    ['this process is watched', { WATCHDOG_USEC: '1000000', WATCHDOG_PID: '2' }, 1],
    ['whoever is watched', { WATCHDOG_USEC: '1000000' }, 1],
    ['there is no interval', { WATCHDOG_USEC: 'soon' }, 0],
  ])('where %s the watchdog is fed accordingly, until the end', (_what, environment, timers) => {
    const clock = new VirtualClock();
    // Nobody has this name: what is told goes nowhere.
    const manager = new ServiceManager({ NOTIFY_SOCKET: '@spillway-nobody', ...environment }, clock, 2);
    manager.ready('serving');
    expect(clock.pending).toBe(timers);
    clock.advance(10_000);
    expect(clock.pending).toBe(timers);
    manager.close();
    expect(clock.pending).toBe(0);
  });

  test('its variables are taken out of the environment', () => {
    const environment = { NOTIFY_SOCKET: '@x', WATCHDOG_USEC: '1', WATCHDOG_PID: '2', HOME: '/' };
    new ServiceManager(environment, new VirtualClock());
    expect(environment).toEqual({ HOME: '/' });
  });
});
