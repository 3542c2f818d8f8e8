import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { loadConfiguration } from '../config/load-configuration.ts';
import type { Fault } from '../core/fault.ts';
import { auditPage } from '../overload/audit-page.ts';
import { type PageConfiguration, templateAlone } from '../overload/page-configuration.ts';
import { readPageSource } from '../overload/read-page-source.ts';
import { formatFaults } from './format-faults.ts';

/** `spillway page check FILE` */
export async function pageCheck(file: string): Promise<void> {
  const pages = await pagesOf(file);
  if (pages === undefined) return;
  let faulty = false;
  for (const [name, page] of pages) {
    const read = readPageSource(page);
    faulty ||= read.faults.length > 0;
    const findings = read.faults.length > 0 ? read.faults : auditPage(name, page, read);
    process.stdout.write(findings.length === 0 ? `${name}: well\n` : formatted(findings));
  }
  if (pages.length === 0) process.stdout.write('every application has the built-in page: nothing to check\n');
  if (faulty) process.exitCode = 1;
}

async function pagesOf(file: string): Promise<(readonly [string, PageConfiguration])[] | undefined> {
  const path = resolve(file);
  if (!['.yaml', '.yml', '.json'].includes(extname(path))) return [[file, templateAlone(path)]];
  const configuration = await loadConfiguration(path);
  if ('kind' in configuration) {
    process.stderr.write(formatFaults(configuration));
    process.exitCode = 1;
    return undefined;
  }
  return configuration.applications.flatMap(({ name, overloadPage }) =>
    overloadPage === undefined ? [] : [[name, overloadPage] as const],
  );
}

function formatted(faults: readonly Fault[]): string {
  const files = new Set(faults.map(({ place }) => place?.file ?? ''));
  return [...files]
    .map((file) => {
      const found = faults.filter(({ place }) => (place?.file ?? '') === file);
      return formatFaults({ kind: 'faults', faults: found, file, text: textOf(file) });
    })
    .join('');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
