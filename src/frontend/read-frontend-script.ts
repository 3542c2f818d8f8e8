import { Fault } from '../core/fault.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';
import { readFile } from './system/read-file.ts';

/**
 * Reads what a frontend was made with from its script: a first line for the kernel, and the configuration as JSON on the
 * second. It was checked when it was made: here only what a broken file would look like is. Throws a `frontend/...` Fault.
 */
export function readFrontendScript(path: string): FrontendConfiguration {
  let text: string;
  try {
    text = readFile(path, 'utf8');
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new Fault(
      'frontend/unreadable',
      `expected a readable frontend script, found: ${found}`,
      { file: path },
      error,
    );
  }
  const line = text.split('\n', 2)[1] ?? '';
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch (error) {
    throw new Fault(
      'frontend/broken',
      `expected a configuration as JSON on the second line, ${MAKE_AGAIN}`,
      { file: path, line: 2 },
      error,
    );
  }
  if (!isConfiguration(read))
    throw new Fault('frontend/other-version', `expected a configuration of version 1, ${MAKE_AGAIN}`, {
      file: path,
      line: 2,
    });
  return read;
}

const MAKE_AGAIN = 'found something else: make the frontend again with `spillway frontend`';

function isConfiguration(read: unknown): read is FrontendConfiguration {
  if (read === null || typeof read !== 'object') return false;
  const { version, application, policies, paths } = read as Partial<FrontendConfiguration>;
  return (
    version === 1 && typeof application === 'object' && Array.isArray(policies) && typeof paths === 'object'
  );
}
