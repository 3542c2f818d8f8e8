import { AdmissionQueue } from '../admission/admission-queue.ts';
import { Application } from '../admission/application.ts';
import { ScriptDirectory } from '../admission/script-directory.ts';
import type { AddressPool } from '../backend/address-pool.ts';
import { ExecBackend } from '../backend/exec-backend.ts';
import { ForwardBackend } from '../backend/forward-backend.ts';
import { programStep } from '../backend/program-step.ts';
import { fillInAddress } from '../config/address.ts';
import type { Address, ApplicationConfiguration } from '../config/configuration.ts';
import type { Backend } from '../core/backend.ts';
import type { CapacityLedger } from '../core/capacity-ledger.ts';
import type { Clock } from '../core/clock.ts';
import type { Daemon } from '../core/daemon.ts';
import type { Fault } from '../core/fault.ts';
import type { RunLane } from '../core/lane.ts';
import type { MachineLoad } from '../core/load.ts';
import type { Random } from '../core/random.ts';
import { DaemonPool } from '../daemon/daemon-pool.ts';
import { ExternalDaemon } from '../daemon/external-daemon.ts';
import { DaemonKeeper } from '../daemon/keeper.ts';
import type { LogFields, Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { PreparedOverloadPage } from '../overload/overload-page.ts';
import { createPolicyChain } from '../policy/create-policy-chain.ts';
import type { Inheritance } from './application-set.ts';
import { buildShadow } from './build-shadow.ts';
import { daemonMetrics } from './daemon-metrics.ts';

export interface ApplicationSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Kept up to date: the last failure of each application's daemon. */
  readonly daemonFailures: Map<string, string>;
  readonly ledger: CapacityLedger;
  readonly machine: Readonly<MachineLoad>;
  /** Where the configuration file is: daemons start here, and TCP daemons have their locks here. */
  readonly directory: string;
  /** By which its programs and daemons find the bus. */
  readonly busVariables: (configuration: ApplicationConfiguration) => Readonly<Record<string, string>>;
}

/** The PATH of programs and daemons whose application sets none. */
const defaultPath = '/usr/local/bin:/usr/bin:/bin';
/** Between TERM and KILL for a program that is not wanted any more. */
const killGraceMs = 2_000;
const standardError = { maxLineBytes: 4096, maxBytes: 64 << 10 };
/** Without a daemon of ours nothing is waited for; with one, its own time limit counts. */
const noStartMs = 0;
/** While programs fill the machine, the gateway has to see who comes, to answer those who are shed, and to take what programs write. */
const programNiceness = 1;

/** Makes one application of its configuration. */
export function buildApplication(
  configuration: ApplicationConfiguration,
  { saved, shadowSaved, daemon }: Inheritance,
  surroundings: ApplicationSurroundings,
): Application {
  const { name, cgi, scgi } = configuration;
  const { clock, random, logger, metrics, ledger, machine, directory } = surroundings;
  const environment = {
    PATH: defaultPath,
    ...configuration.environment,
    ...surroundings.busVariables(configuration),
  };
  const backends: Partial<Record<RunLane, Backend>> = {};
  if (cgi !== undefined) {
    backends.exec = new ExecBackend({
      program: cgi.program,
      command: cgi.command,
      directory: cgi.program === undefined ? undefined : cgi.directory,
      step: programStep({ ...cgi.process, nice: undefined }),
      niceness: cgi.process.nice ?? programNiceness,
      nph: !cgi.nph ? 'none' : cgi.program === undefined ? 'by-name' : 'all',
      maxVariableBytes: configuration.maxVariableBytes,
      environment,
      timeoutMs: cgi.timeoutMs,
      killGraceMs,
      maxHeadBytes: configuration.maxHeadBytes,
      standardError,
      clock,
      onStandardError: (id, line) => logger.warn('program-said', { application: name, id, line }),
      onFault: (id, fault) => logger.warn('program-failed', problem(name, id, fault)),
    });
  }
  const forward = scgi && forwardParts(configuration, daemon, environment, surroundings);
  if (scgi !== undefined && forward !== undefined) {
    const { connectTimeoutMs, timeoutMs } = scgi;
    backends.forward = new ForwardBackend({
      address: forward.address,
      connectTimeoutMs,
      timeoutMs,
      maxVariableBytes: configuration.maxVariableBytes,
      maxHeadBytes: configuration.maxHeadBytes,
      clock,
      onFault: (id, fault) => logger.warn('forward-failed', problem(name, id, fault)),
    });
  }
  return new Application({
    clock,
    name,
    at: configuration.at,
    hosts: configuration.hosts,
    chain: createPolicyChain(configuration.policies, {
      clock,
      random,
      ...(saved !== undefined && { saved }),
      onFault: (policy, question, error) => {
        metrics.policyFault(name, policy);
        logger.error('policy-fault', { application: name, policy, question, err: error });
      },
      onDryShed: (policy, reason) => metrics.dryShed(name, policy, reason),
    }),
    shadow: buildShadow(configuration, shadowSaved, forward?.daemon, surroundings),
    queue: new AdmissionQueue({
      ...configuration.queue,
      clock,
      onFault: (fault) => logger.error('internal-fault', { application: name, err: fault }),
    }),
    backends,
    daemon: forward?.daemon,
    page: new PreparedOverloadPage({
      application: name,
      page: configuration.overloadPage,
      at: configuration.at,
      random,
      onFault: (fault) =>
        logger.error('overload-page-failed', {
          application: name,
          code: fault.code,
          problem: fault.toString(),
        }),
    }),
    documentRoot: byteStringOf(cgi?.directory ?? directory),
    program: cgi?.program === undefined ? undefined : byteStringOf(cgi.program),
    scripts: cgi !== undefined && cgi.program === undefined ? new ScriptDirectory(cgi.directory) : undefined,
    maxBodyBytes: configuration.maxBodyBytes,
    buffers: configuration.buffers,
    startTimeoutMs: scgi?.daemon?.startTimeoutMs ?? noStartMs,
    ledger,
    machine,
  });
}

/** The bytes of a path, as views have them. */
function byteStringOf(path: string): string {
  return Buffer.from(path).toString('latin1');
}

function problem(application: string, id: string, fault: Fault): LogFields {
  return { application, id, code: fault.code, problem: fault.toString() };
}

interface ForwardParts {
  readonly address: Address | AddressPool;
  readonly daemon: Daemon;
}

/** The daemon that was taken over, or a new one; several addresses make it a pool. */
function forwardParts(
  configuration: ApplicationConfiguration,
  inherited: Daemon | undefined,
  environment: Readonly<Record<string, string>>,
  surroundings: ApplicationSurroundings,
): ForwardParts | undefined {
  const { addresses = [], connectTimeoutMs = 0 } = configuration.scgi ?? {};
  const [address, ...others] = addresses;
  if (address === undefined) return undefined;
  const daemonAt = (place: Address) => buildDaemon(configuration, place, environment, surroundings);
  if (others.length === 0) return { address, daemon: inherited ?? daemonAt(address) };
  const { clock } = surroundings;
  const pool =
    inherited instanceof DaemonPool
      ? inherited
      : new DaemonPool({ addresses, daemonAt, connectTimeoutMs, clock });
  return { address: pool, daemon: pool };
}

function buildDaemon(
  { name, scgi }: ApplicationConfiguration,
  address: Address,
  environment: Readonly<Record<string, string>>,
  { clock, logger, metrics, daemonFailures, directory }: ApplicationSurroundings,
): Daemon {
  if (scgi?.daemon === undefined) return new ExternalDaemon();
  return new DaemonKeeper({
    application: name,
    scgi: { address, connectTimeoutMs: scgi.connectTimeoutMs },
    daemon: { ...scgi.daemon, command: fillInAddress(scgi.daemon.command, address) },
    environment,
    directory,
    clock,
    log: logger,
    observer: daemonMetrics(name, metrics, daemonFailures),
  });
}
