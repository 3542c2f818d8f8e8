import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadConfiguration } from '../config/load-configuration.ts';
import { PreviewedPages } from '../overload/previewed-pages.ts';
import { formatFaults } from './format-faults.ts';
import { servePreview } from './serve-preview.ts';

/** How soon what was saved is shown. */
const LOOK_MS = 300;

/** `spillway page preview [FILE]`: until it is interrupted. A fault is shown, with the last good page below it. */
export async function pagePreview(file: string | undefined, port: number): Promise<void> {
  const path = file === undefined ? undefined : resolve(file);
  const pages = new PreviewedPages(async () => {
    if (path === undefined) return { applications: [{ name: 'example', page: undefined }], files: [] };
    const configuration = await loadConfiguration(path);
    if ('kind' in configuration) return { faults: formatFaults(configuration), files: [path] };
    const applications = configuration.applications.map(({ name, overloadPage }) => ({
      name,
      page: overloadPage,
    }));
    return { applications, files: [path] };
  });
  await pages.look();
  const server = servePreview(pages, port);
  process.stdout.write(`every overload page: ${server.url.href}\n`);
  let over = false;
  const stop = (): void => {
    over = true;
    void server.stop(true);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  while (!over) {
    await pause(LOOK_MS);
    await pages.look();
  }
}
