import type { Fault } from '../core/fault.ts';
import { readPageSource } from '../overload/read-page-source.ts';
import { resolvePage } from './resolve-page.ts';
import { overloadPageSchema } from './schema/overload-page-schema.ts';

/** What keeps the overload page that is written so from being used. What is not even of the right form is left to the schema. */
export function checkPage(directory: string, written: unknown): readonly Fault[] {
  const read = overloadPageSchema().safeParse(written);
  const configuration = read.success ? resolvePage(directory, read.data) : undefined;
  return configuration === undefined ? [] : readPageSource(configuration).faults;
}
