import { readFileSync, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Fault } from '../core/fault.ts';
import { auditTemplate } from './audit-template.ts';
import type { PageConfiguration } from './page-configuration.ts';
import type { ReadPage } from './read-page-source.ts';
import { renderOverloadPages } from './render-overload-pages.ts';

/** What arrives in the first flight of a connection (RFC 6928: ten packets), without the head. */
const FIRST_FLIGHT = 14_000;

/** What is unwise in an operator's page that can be used: in its files, and in how large it becomes. */
export function auditPage(
  application: string,
  page: PageConfiguration,
  { source, files }: ReadPage,
): Fault[] {
  const faults = files
    .filter((file) => file.endsWith('.html') || file === page.template)
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .flatMap((file) => auditTemplate(readFileSync(file, 'utf8'), file));
  const rendered = renderOverloadPages({ application, source });
  const largest = Object.values(rendered.pages)
    .map(({ text }) => gzipSync([text, ...rendered.shared].join('')).length)
    .reduce((most, size) => Math.max(most, size), 0);
  if (largest > FIRST_FLIGHT) {
    const message = `expected at most ${FIRST_FLIGHT} bytes (compressed), which arrive at once, found ${largest}: large pages cost most when there is least`;
    const file = page.template ?? page.partials;
    faults.push(new Fault('overload-page/large', message, file === undefined ? undefined : { file }));
  }
  return faults;
}
