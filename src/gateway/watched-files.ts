import type { Configuration } from '../config/configuration.ts';

/** The files of which a change is a reload: the configuration's own, and the operator's policies. None where that is not wanted. */
export function watchedFiles({ watch, file, applications }: Configuration): readonly string[] {
  if (!watch) return [];
  const policies = applications.flatMap((application) => [...application.policies, ...(application.shadow ?? [])].map((policy) => policy.file));
  return [...new Set([file, ...policies.filter((path) => path !== undefined)])];
}
