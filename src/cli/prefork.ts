import { availableParallelism } from 'node:os';
import { Bus } from '../bus/bus.ts';
import { BusClient } from '../bus/bus-client.ts';
import { BUS_TOKEN_VARIABLE, BUS_VARIABLE } from '../bus/bus-variables.ts';
import { logBusFailure } from '../bus/log-bus-failure.ts';
import { WorkerBus } from '../bus/worker-bus.ts';
import { parseAddress, parseListenAddress } from '../config/address.ts';
import { Fault } from '../core/fault.ts';
import { DescriptorOutput } from '../log/descriptor-output.ts';
import { makeLogger } from '../log/logger.ts';
import { startMetricsServer } from '../prefork/metrics-server.ts';
import { type ListeningPlaceSource, openListeningPlace } from '../prefork/open-listening-place.ts';
import { PreforkServer } from '../prefork/prefork-server.ts';
import { ServiceManager } from '../system/service-manager.ts';
import { SystemClock } from '../system/system-clock.ts';

export interface PreforkCommandOptions {
  readonly listen?: string;
  readonly workers: number;
  readonly minWorkers: number;
  readonly minIdle: number;
  readonly maxRequests?: number;
  readonly maxMemory?: number;
  readonly workerIdleTimeout?: number;
  readonly idleTimeout?: number;
  readonly queue: number;
  readonly queueTimeout: number;
  readonly silenceTimeout: number;
  readonly startTimeout: number;
  readonly handOverTimeout: number;
  readonly requestTimeout?: number;
  readonly stopTimeout: number;
  readonly accept: 'parent' | 'worker';
  readonly metrics?: string;
}

/**
 * `spillway prefork`: runs until SIGTERM or SIGINT, a second one ends it at once; SIGHUP replaces the workers. Here signals become events of the bus.
 */
export async function prefork(command: readonly string[], options: PreforkCommandOptions): Promise<void> {
  const clock = new SystemClock();
  const manager = new ServiceManager(process.env, clock);
  const output = new DescriptorOutput({ clock, descriptor: 2, delayMs: 0 });
  const readable = process.stderr.isTTY === true;
  const log = makeLogger(
    { level: 'info' },
    { output, readable: readable ? (await import('../log/readable-line.ts')).readableLine(true) : undefined },
  );
  const metricsAddress = options.metrics === undefined ? undefined : parseAddress(options.metrics);
  if (options.metrics !== undefined && metricsAddress === undefined) {
    throw new Fault(
      'prefork/address',
      `expected 127.0.0.1:9181 or unix:PATH after --metrics, found ${options.metrics}`,
    );
  }
  if (options.minWorkers > options.workers) {
    throw new Fault(
      'prefork/workers',
      `expected --min-workers not above --workers, found ${options.minWorkers} and ${options.workers}`,
    );
  }
  const place = openListeningPlace(process.env, listenSource(options.listen));
  const server = new PreforkServer({
    pool: {
      minWorkers: options.minWorkers,
      maxWorkers: options.workers,
      minIdle: options.minIdle,
      maxRequests: options.maxRequests,
      workerIdleTimeoutMs: options.workerIdleTimeout,
      queueLength: options.queue,
      queueTimeoutMs: options.queueTimeout,
      startTimeoutMs: options.startTimeout,
      handOverTimeoutMs: options.handOverTimeout,
      requestTimeoutMs: options.requestTimeout,
      stopTimeoutMs: options.stopTimeout,
      startsAtOnce: Math.max(2, availableParallelism()),
    },
    command,
    environment: workerEnvironment(options.accept),
    place,
    accept: options.accept,
    maxMemoryBytes: options.maxMemory,
    silenceTimeoutMs: options.silenceTimeout,
    idleTimeoutMs: options.idleTimeout,
    clock,
    random: Math.random,
    log,
    ready: () => {
      log.info('prefork-ready', { address: place.address, workers: options.workers, accept: options.accept });
      manager.ready(`serving ${place.address}`);
    },
    event: (worker, line) => void workers.hear(worker, line),
  });
  const bus = new Bus(clock);
  bus.subscribe('log', { name: 'log', hear: ({ payload }) => logBusFailure(log, payload) });
  const workers = new WorkerBus({
    bus,
    tell: (line, worker) => server.publish(line, worker),
    gateway: options.accept === 'parent' ? BusClient.of(process.env) : undefined,
    clock,
    log,
  });
  const metrics =
    metricsAddress &&
    startMetricsServer(metricsAddress, {
      contentType: server.metrics.contentType,
      get isReady() {
        return server.isReady;
      },
      exposition: () => server.metrics.exposition(),
    });
  if (metrics !== undefined) log.info('prefork-metrics', { address: options.metrics, port: metrics.port });

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) {
      server.kill();
      process.exit(1);
    }
    stopping = true;
    void bus.publish({ channel: 'exit', from: signal });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', () => void bus.publish({ channel: 'graceful', from: 'SIGHUP' }));
  const name = 'workers';
  bus.subscribe('start', { name, hear: () => server.open() });
  bus.subscribe('graceful', {
    name,
    hear: () => {
      log.info('prefork-reload', {});
      manager.reloading();
      server.reload();
      manager.ready(`serving ${place.address}`);
    },
  });
  bus.subscribe('stop', {
    name,
    // It has time limits of its own.
    timeoutMs: Number.POSITIVE_INFINITY,
    hear: async ({ from }) => {
      if (from !== undefined) log.info('prefork-stopping', { signal: from });
      manager.stopping();
      server.stop();
      await server.ended;
    },
  });
  await bus.publish({ channel: 'start' });
  const fault = await server.ended;
  await bus.publish({ channel: 'exit' });
  workers.close();
  metrics?.close();
  manager.close();
  log.info('prefork-stopped', {});
  output.close();
  if (fault !== undefined) process.stderr.write(`spillway: ${fault.toString()}\n`);
  process.exit(fault === undefined ? 0 : 1);
}

function listenSource(text: string | undefined): ListeningPlaceSource {
  if (text === undefined) return undefined;
  const address = parseListenAddress(text);
  if (address === undefined) {
    throw new Fault(
      'prefork/address',
      `expected unix:PATH, 127.0.0.1:4000, fd:3 or systemd:NAME after --listen, found ${text}`,
    );
  }
  return address;
}

/** What is ours, or a CGI program's, is not a worker's: one that we talk to finds the bus by us. */
function workerEnvironment(accept: 'parent' | 'worker'): Record<string, string | undefined> {
  const environment = { ...process.env };
  delete environment.GATEWAY_INTERFACE;
  if (accept === 'parent') for (const name of [BUS_VARIABLE, BUS_TOKEN_VARIABLE]) delete environment[name];
  return environment;
}
