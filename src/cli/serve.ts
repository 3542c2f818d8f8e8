import { loadConfiguration } from '../config/load-configuration.ts';
import { Gateway } from '../gateway/gateway.ts';
import { openLog } from '../log/open-log.ts';
import { InheritedSockets } from '../system/inherited-sockets.ts';
import { OrphanReaper } from '../system/orphan-reaper.ts';
import { ServiceManager } from '../system/service-manager.ts';
import { SystemClock } from '../system/system-clock.ts';
import { formatFaults } from './format-faults.ts';
import { welcome } from './welcome.ts';

/**
 * `spillway serve FILE`: runs until SIGTERM or SIGINT; a second one ends it at once. SIGHUP reads FILE again, SIGUSR1 opens the
 * files of the log again.
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
  // Before anything else: until they have a handler these signals would end the process.
  process.on('SIGUSR1', () => log.reopen());
  let hungUp = false;
  let reload = (): void => {
    hungUp = true;
  };
  process.on('SIGHUP', () => reload());
  if (process.pid === 1) new OrphanReaper(clock).start();
  const gateway = await Gateway.start(configuration, { clock, log, inherited });
  const sayReady = (): void => manager.ready(`serving ${gateway.addresses.join(', ')}`);
  reload = () => {
    manager.reloading();
    void gateway.reloadFile().finally(sayReady);
  };
  sayReady();
  if (hungUp) reload();
  // Who asked for JSON reads by program, and has the `listening` lines.
  if (configuration.log.format !== 'json') process.stderr.write(welcome(gateway));

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.logger.info('stopping', { signal });
    manager.stopping();
    void gateway.stop().then(() => {
      log.logger.info('stopped');
      log.close();
      manager.close();
      process.exit(0);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
