import { Bus } from '../bus/bus.ts';
import { logBusFailure } from '../bus/log-bus-failure.ts';
import { loadConfiguration } from '../config/load-configuration.ts';
import { FileWatch } from '../gateway/file-watch.ts';
import { Gateway } from '../gateway/gateway.ts';
import { watchedFiles } from '../gateway/watched-files.ts';
import { openLog } from '../log/open-log.ts';
import { InheritedSockets } from '../system/inherited-sockets.ts';
import { OrphanReaper } from '../system/orphan-reaper.ts';
import { ServiceManager } from '../system/service-manager.ts';
import { SystemClock } from '../system/system-clock.ts';
import { formatFaults } from './format-faults.ts';
import { welcome } from './welcome.ts';

/**
 * `spillway serve FILE`: runs until SIGTERM or SIGINT; a second one ends it at once. SIGHUP reads FILE again, SIGUSR1 opens the
 * files of the log again. Here signals become events of the bus, and nowhere further in does anybody see one.
 */
export async function serve(file: string): Promise<void> {
  const configuration = await loadConfiguration(file);
  if ('kind' in configuration) {
    process.stderr.write(formatFaults(configuration));
    process.exitCode = 1;
    return;
  }
  const clock = new SystemClock();
  const inherited = new InheritedSockets(process.env);
  const manager = new ServiceManager(process.env, clock);
  const log = await openLog(configuration.log, { clock, decisions: configuration.decisionLog });
  const bus = new Bus(clock);
  bus.subscribe('log', { name: 'log', hear: ({ payload }) => logBusFailure(log.logger, payload) });
  // Before anything else: until they have a handler these signals would end the process.
  process.on('SIGUSR1', () => log.reopen());
  let hungUp = false;
  process.on('SIGHUP', () => {
    if (bus.state === 'started') void bus.publish({ channel: 'reload', from: 'SIGHUP' });
    else hungUp = true;
  });
  if (process.pid === 1) new OrphanReaper(clock).start();
  const first = 0;
  const last = 100;
  const gateway = await Gateway.start(configuration, { clock, log, inherited, bus });
  const sayReady = (): void => manager.ready(`serving ${gateway.addresses.join(', ')}`);
  sayReady();
  bus.subscribe('reload', { name: 'service manager', order: first, hear: () => manager.reloading() });
  bus.subscribe('reload', { name: 'service manager', order: last, hear: sayReady });
  const watch = new FileWatch(clock, () => void bus.publish({ channel: 'reload', from: 'watch' }));
  watch.follow(watchedFiles(gateway.configuration));
  bus.subscribe('reload', {
    name: 'watch',
    order: last,
    hear: () => watch.follow(watchedFiles(gateway.configuration)),
  });
  bus.subscribe('stop', { name: 'watch', order: first, hear: () => watch.stop() });
  bus.subscribe('stop', {
    name: 'service manager',
    order: first,
    hear: ({ from }) => {
      log.logger.info('stopping', { signal: from });
      manager.stopping();
    },
  });
  bus.subscribe('exit', {
    name: 'process',
    order: last,
    hear: () => {
      log.logger.info('stopped');
      log.close();
      manager.close();
      process.exit(0);
    },
  });
  if (hungUp) void bus.publish({ channel: 'reload', from: 'SIGHUP' });
  // Who asked for JSON reads by program, and has the `listening` lines.
  if (configuration.log.format !== 'json') process.stderr.write(welcome(gateway));

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    void bus.publish({ channel: 'exit', from: signal });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
