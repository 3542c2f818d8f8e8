import { loadApplication } from './load-application.ts';
import { type AppOptions, wayFor } from './surroundings.ts';

/**
 * Runs the application in `file` as its surroundings ask for. Each way loads its own parts: a CGI program should not wait for those of a
 * server. Throws a Fault where that cannot be.
 *
 * @param file absolute
 */
export async function runApplication(file: string, options: AppOptions = {}): Promise<void> {
  const load = () => loadApplication(file, (line) => process.stderr.write(`${line}\n`));
  const way = wayFor(options, process.env);
  switch (way.kind) {
    case 'cgi':
      // Said once by a server; a program would say it with each request.
      return await (await import('./run-cgi.ts')).runCgi(() => loadApplication(file, () => {}));
    case 'worker':
      return await (await import('./run-worker.ts')).runWorker(load, options.concurrency ?? 1);
    case 'http':
      return await (await import('./run-http.ts')).runHttp(load, way.address);
    case 'scgi':
      return await (await import('./run-scgi.ts')).runScgi(load, way.address);
  }
}
