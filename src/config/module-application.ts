import { join } from 'node:path';
import { formatDuration } from './duration.ts';
import type { OwnPrograms } from './own-programs.ts';
import { resolvePath } from './resolve-paths.ts';
import type { WrittenApplication } from './schema.ts';

/** The interpreter of WSGI applications, looked up in the application's PATH. */
export const PYTHON = 'python3';

/** An application that is a module: how it is run, and where its daemon listens. Paths absolute. */
export interface ModuleApplication {
  /** What it is to CGI: the file that answers. */
  readonly script: string;
  /** Runs it as whatever its surroundings ask for: a CGI program, or a worker. */
  readonly command: readonly string[];
  readonly daemonCommand: readonly string[];
  readonly socket: string;
}

export interface ModuleSurroundings {
  readonly programs: OwnPrograms;
  /** Where sockets go; nothing: beside the configuration file. */
  readonly runDirectory: string | undefined;
}

type WrittenModule = Pick<WrittenApplication, 'app' | 'wsgi' | 'workers'>;

/** Nothing where it is no module. */
export function moduleApplication(
  directory: string,
  name: string,
  { app, wsgi, workers }: WrittenModule,
  { programs, runDirectory }: ModuleSurroundings,
): ModuleApplication | undefined {
  if (app === undefined && wsgi === undefined) return undefined;
  const script = app === undefined ? programs.wsgiAdaptor : resolvePath(directory, app);
  const command = wsgi === undefined ? [...programs.app, script] : [PYTHON, programs.wsgiAdaptor, wsgi];
  return {
    script,
    command,
    daemonCommand: [...programs.spillway, 'prefork', ...preforkOptions(workers), '--', ...command],
    socket: moduleSocket(directory, name, runDirectory),
  };
}

export function moduleSocket(directory: string, name: string, runDirectory: string | undefined): string {
  return runDirectory === undefined ? join(directory, `.${name}.sock`) : join(runDirectory, `${name}.sock`);
}

function preforkOptions(workers: WrittenApplication['workers']): string[] {
  const milliseconds = (value: number | undefined) => value && formatDuration(value);
  const options: Record<string, string | number | undefined> = {
    workers: workers.max,
    'min-workers': Math.min(workers.min, workers.max),
    'min-idle': workers.min_idle,
    'max-requests': workers.max_requests,
    'max-memory': workers.max_memory && `${workers.max_memory}B`,
    'worker-idle-timeout': milliseconds(workers.idle_timeout),
    'request-timeout': milliseconds(workers.request_timeout),
    queue: workers.queue,
    'queue-timeout': milliseconds(workers.queue_timeout),
    // The other is what it does by itself.
    accept: workers.accept === 'worker' ? workers.accept : undefined,
  };
  return Object.entries(options).flatMap(([option, value]) =>
    value === undefined ? [] : [`--${option}`, String(value)],
  );
}
