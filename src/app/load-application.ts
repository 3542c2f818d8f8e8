import { Fault } from '../core/fault.ts';
import type { FetchApplication } from './fetch-application.ts';

/** What a default export may have for other runtimes: where it is served is not its own choice here. */
const FOR_OTHERS = ['port', 'hostname', 'unix', 'websocket', 'tls', 'routes', 'idleTimeout'];

/**
 * Loads the module of an application. What it exports for other runtimes is told to `warn`, in one line. Throws a Fault where there is no
 * module, or none of this kind; what the module itself throws is the cause.
 *
 * @param file absolute
 */
export async function loadApplication(file: string, warn: (line: string) => void): Promise<FetchApplication> {
  // A module may ask for this one wherever it lies, without having us among its own dependencies.
  Bun.plugin({
    name: 'spillway/app',
    setup(build) {
      build.module('spillway/app', async () => ({ exports: await import('./public.ts'), loader: 'object' }));
    },
  });
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(file);
  } catch (error) {
    const isMissing = !(await Bun.file(file).exists());
    const found = isMissing
      ? 'no file'
      : `one that fails: ${error instanceof Error ? error.message : String(error)}`;
    throw new Fault(
      'app/not-loaded',
      `expected a module, found ${found}`,
      { file },
      isMissing ? undefined : error,
    );
  }
  const application = loaded.default;
  if (!isApplication(application)) {
    const found = application === undefined ? 'no default export' : `${typeof application} without it`;
    throw new Fault('app/no-fetch', `expected \`export default { fetch(request) { … } }\`, found ${found}`, {
      file,
    });
  }
  const ignored = FOR_OTHERS.filter((name) => name in application);
  if (ignored.length > 0) warn(`${file}: ${ignored.join(', ')} of the default export: ignored here`);
  return application;
}

function isApplication(value: unknown): value is FetchApplication & object {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'fetch' in value &&
    typeof value.fetch === 'function'
  );
}
