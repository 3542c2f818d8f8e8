import { dirname } from 'node:path';
import type { CheckedChains } from './check-policies.ts';
import type {
  Address,
  ApplicationConfiguration,
  CgiConfiguration,
  Configuration,
  DecisionLogConfiguration,
  LogConfiguration,
  ScgiConfiguration,
  TlsConfiguration,
} from './configuration.ts';
import { type ModuleApplication, type ModuleSurroundings, moduleApplication } from './module-application.ts';
import { resolvePage } from './resolve-page.ts';
import { resolveAddress, resolvePath, resolveProgram, resolveText } from './resolve-paths.ts';
import { cgiSchema } from './schema/cgi-schema.ts';
import { scgiSchema } from './schema/scgi-schema.ts';
import type { WrittenApplication, WrittenConfiguration } from './schema.ts';

/** Of an entry that was refused for having neither `http` nor `scgi`. */
const noAddress: Address = { kind: 'tcp', host: '127.0.0.1', port: 0 };

/** Of an application that was refused. */
const noChains: CheckedChains = { policies: [], shadow: undefined };

/** Makes what the gateway uses of what the schema has read. `file` is absolute; `chains` has every application. */
export function resolveConfiguration(
  file: string,
  written: WrittenConfiguration,
  chains: ReadonlyMap<string, CheckedChains>,
  surroundings: ModuleSurroundings,
): Configuration {
  const directory = dirname(file);
  return {
    file,
    listen: written.listen.map(({ http, scgi, tls, mode, owner, group }) => ({
      protocol: scgi === undefined ? 'http' : 'scgi',
      address: resolveAddress(directory, scgi ?? http ?? noAddress),
      tls: resolveTls(directory, tls),
      rights: { mode, owner, group },
    })),
    admin: written.admin,
    control: written.control && {
      path: resolvePath(directory, written.control.socket),
      rights: { mode: written.control.mode, owner: written.control.owner, group: written.control.group },
      busMode: written.control.bus_mode,
    },
    trustedProxies: written.trusted_proxies,
    requestIdHeader: written.request_id_header,
    log: resolveLog(directory, written.log),
    decisionLog: resolveDecisionLog(directory, written.decision_log),
    explain: written.explain && {
      keep: written.explain.keep,
      retentionMs: written.explain.retention,
      to: written.explain.to,
    },
    watch: written.watch,
    metrics: { bucketsMs: written.metrics.buckets, goodWithinMs: written.metrics.good_within },
    stopTimeoutMs: written.stop_timeout,
    http: {
      headTimeoutMs: written.http.head_timeout,
      bodyTimeoutMs: written.http.body_timeout,
      idleTimeoutMs: written.http.idle_timeout,
      answerTimeoutMs: written.http.answer_timeout,
      maxHeadBytes: written.http.max_head,
      maxConnections: written.http.max_connections,
      refusesOddFields: written.http.odd_fields === 'refuse',
    },
    applications: Object.entries(written.applications)
      .map(([name, application]) =>
        resolveApplication(directory, name, application, chains.get(name) ?? noChains, surroundings),
      )
      .sort((a, b) => b.at.length - a.at.length),
  };
}

function resolveLog(directory: string, written: WrittenConfiguration['log']): LogConfiguration {
  const { level, format, access, file, access_file: accessFile } = written;
  return {
    level,
    format,
    access: access === true ? 'as-log' : access === false ? 'off' : access,
    file: file && resolvePath(directory, file),
    accessFile: accessFile && resolvePath(directory, accessFile),
  };
}

function resolveDecisionLog(
  directory: string,
  written: WrittenConfiguration['decision_log'],
): DecisionLogConfiguration | undefined {
  if (written === undefined) return undefined;
  const { file, max_size: maxBytes, keep, variables } = written;
  return { file: resolvePath(directory, file), maxBytes, keep, variables };
}

function resolveTls(
  directory: string,
  tls: WrittenConfiguration['listen'][number]['tls'],
): TlsConfiguration | undefined {
  if (tls === undefined) return undefined;
  return {
    certificates: tls.certificates.map(({ certificate, key }) => ({
      certificate: resolvePath(directory, certificate),
      key: resolvePath(directory, key),
    })),
  };
}

function resolveApplication(
  directory: string,
  name: string,
  written: WrittenApplication,
  { policies, shadow }: CheckedChains,
  surroundings: ModuleSurroundings,
): ApplicationConfiguration {
  const module = moduleApplication(directory, name, written, surroundings);
  return {
    name,
    hosts: written.host ?? [],
    at: written.at,
    cgi: module === undefined ? resolveCgi(directory, written.cgi) : cgiOf(directory, module),
    scgi: resolveScgi(directory, module === undefined ? written.scgi : scgiOf(module, written.daemon)),
    bus: written.bus,
    policies,
    shadow,
    queue: { max: written.queue.max, timeoutMs: written.queue.timeout },
    environment: Object.fromEntries(
      Object.entries(written.environment).map(([key, text]) => [key, resolveText(directory, String(text))]),
    ),
    overloadPage: resolvePage(directory, written.overload_page),
    maxBodyBytes: written.limits.body ?? written.max_body,
    maxHeadBytes: written.limits.head,
    maxVariableBytes: written.limits.environment,
    buffers: {
      requestMemoryBytes: written.buffer.request.memory,
      answerMemoryBytes: written.buffer.answer.memory,
      answerDiskBytes: written.buffer.answer.disk,
    },
  };
}

function resolveCgi(directory: string, written: WrittenApplication['cgi']): CgiConfiguration | undefined {
  if (written === undefined) return undefined;
  const { limits } = written;
  const program = written.program === undefined ? undefined : resolvePath(directory, written.program);
  return {
    program,
    command: undefined,
    directory: program === undefined ? resolvePath(directory, written.directory ?? '.') : dirname(program),
    timeoutMs: written.timeout,
    nph: written.nph,
    process: {
      user: written.user,
      group: written.group,
      umask: written.umask,
      nice: written.nice,
      limits: {
        cpuMs: limits.cpu,
        memoryBytes: limits.memory,
        files: limits.files,
        processes: limits.processes,
        fileSizeBytes: limits.file_size,
      },
    },
  };
}

/** The lanes of a module, with what operators get who leave every key out. */
function cgiOf(directory: string, { script, command }: ModuleApplication): CgiConfiguration | undefined {
  const cgi = resolveCgi(directory, cgiSchema.parse({ program: script }));
  return cgi && { ...cgi, command, directory };
}

function scgiOf(
  { socket, daemonCommand }: ModuleApplication,
  life: WrittenApplication['daemon'],
): WrittenApplication['scgi'] {
  const daemon = { command: daemonCommand, activation: 'inherit' };
  const written = scgiSchema.parse({ address: `unix:${socket}`, daemon });
  return { ...written, daemon: written.daemon && { ...written.daemon, ...life } };
}

function resolveScgi(directory: string, written: WrittenApplication['scgi']): ScgiConfiguration | undefined {
  if (written === undefined) return undefined;
  const { daemon } = written;
  return {
    addresses: written.address.map((address) => resolveAddress(directory, address)),
    connectTimeoutMs: written.connect_timeout,
    timeoutMs: written.timeout,
    daemon: daemon && {
      command: daemon.command.map((word, index) =>
        index === 0 ? resolveProgram(directory, word) : resolveText(directory, word),
      ),
      activation: daemon.activation,
      startTimeoutMs: daemon.start_timeout,
      idleTimeoutMs: daemon.idle_timeout,
      quietTimeoutMs: daemon.quiet_timeout,
      stopTimeoutMs: daemon.stop_timeout,
    },
  };
}
