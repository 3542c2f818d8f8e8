import { resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { checkConsistency } from './check-consistency.ts';
import { checkPolicies, type LearnedOf, type LoadPolicy } from './check-policies.ts';
import { checkWorld } from './check-world.ts';
import type { Configuration } from './configuration.ts';
import { type OwnPrograms, ownPrograms } from './own-programs.ts';
import { readConfigurationFile } from './read-configuration-file.ts';
import { resolveConfiguration } from './resolve-configuration.ts';
import { configurationSchema } from './schema.ts';
import { expectedBySchema, schemaFaults } from './schema-faults.ts';
import { SourceDocument } from './source-document.ts';

/** All that is wrong with a configuration, in order of the lines. */
export interface ConfigurationFaults {
  readonly kind: 'faults';
  readonly faults: readonly Fault[];
  /** Absolute path of the file. */
  readonly file: string;
  /** The text of the file, to show lines of; empty where it could not be read. */
  readonly text: string;
}

export interface LoadSurroundings {
  readonly loadPolicy?: LoadPolicy;
  /** Of a running gateway: own policies are tried with what they would be handed. */
  readonly learned?: LearnedOf;
  /** Where programs without a slash are looked up. */
  readonly searchPath?: string;
  readonly programs?: OwnPrograms;
  /** Where sockets of our own making go, as systemd's RuntimeDirectory= says it; beside the file without it. */
  readonly runDirectory?: string | undefined;
}

/** Reads, checks and resolves a configuration file. Every fault of it is found at once; none is thrown. */
export async function loadConfiguration(
  file: string,
  {
    loadPolicy: load = loadPolicy,
    learned,
    searchPath = process.env.PATH ?? '',
    programs = ownPrograms,
    runDirectory = process.env.RUNTIME_DIRECTORY?.split(':')[0],
  }: LoadSurroundings = {},
): Promise<Configuration | ConfigurationFaults> {
  const absolute = resolve(file);
  const text = await readConfigurationFile(absolute);
  if (text instanceof Fault) return { kind: 'faults', faults: [text], file: absolute, text: '' };

  const document = new SourceDocument(absolute, text);
  // What a broken file means is a guess; faults that follow from a guess would hide those that count.
  if (document.faults.some(({ code }) => code === 'config/syntax')) {
    return { kind: 'faults', faults: inOrder(document.faults), file: absolute, text };
  }
  const read = configurationSchema.safeParse(document.value ?? {}, { error: expectedBySchema });
  const checked = await checkPolicies(document, load, learned);
  const faults = [
    ...document.faults,
    ...(read.success ? [] : schemaFaults(document, read.error.issues)),
    ...checkConsistency(document),
    ...checked.faults,
    ...(await checkWorld(document, { searchPath, runDirectory })),
  ];
  if (faults.length > 0 || !read.success)
    return { kind: 'faults', faults: inOrder(faults), file: absolute, text };
  return resolveConfiguration(absolute, read.data, checked.chains, { programs, runDirectory });
}

function inOrder(faults: readonly Fault[]): readonly Fault[] {
  const line = ({ place }: Fault) => place?.line ?? 0;
  const column = ({ place }: Fault) => place?.column ?? 0;
  return faults.toSorted((a, b) => line(a) - line(b) || column(a) - column(b));
}
