import type { Configuration } from '../config/configuration.ts';
import { readPageSource } from '../overload/read-page-source.ts';

/** The files of which a change is a reload: the configuration's own, and the operator's policies and pages. None where that is not wanted. */
export function watchedFiles({ watch, file, applications }: Configuration): readonly string[] {
  if (!watch) return [];
  const policies = applications.flatMap((application) =>
    [...application.policies, ...(application.shadow ?? [])].map((policy) => policy.file),
  );
  const pages = applications.flatMap(({ overloadPage }) =>
    overloadPage === undefined ? [] : readPageSource(overloadPage).files,
  );
  return [...new Set([file, ...policies.filter((path) => path !== undefined), ...pages])];
}
