import type { PageConfiguration, PageException } from '../overload/page-configuration.ts';
import { resolvePath } from './resolve-paths.ts';
import type { WrittenApplication } from './schema.ts';

type Written = NonNullable<WrittenApplication['overload_page']>;

export function resolvePage(directory: string, written: Written | undefined): PageConfiguration | undefined {
  if (written === undefined) return undefined;
  const absolute = (path: string | undefined) => path && resolvePath(directory, path);
  const exception = ({ template, status }: Written['reasons'][string]): PageException => ({
    template: absolute(template),
    status,
  });
  const { template, partials, languages, contact, links, status, reasons, routes } = written;
  return {
    template: absolute(template),
    partials: absolute(partials),
    languages: absolute(languages),
    contact,
    links: Object.entries(links).map(([text, url]) => ({ text, url })),
    status,
    reasons: Object.fromEntries(Object.entries(reasons).map(([reason, one]) => [reason, exception(one)])),
    routes: Object.fromEntries(
      Object.entries(routes).map(([at, one]) => [at.replace(/\/$/, ''), exception(one)]),
    ),
  };
}
