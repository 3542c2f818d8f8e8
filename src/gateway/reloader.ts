import type { LearnedOf } from '../config/check-policies.ts';
import type { Configuration } from '../config/configuration.ts';
import { type ConfigurationFaults, loadConfiguration } from '../config/load-configuration.ts';
import type { Fault } from '../core/fault.ts';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { LastReload, ReloadResult } from './reload-result.ts';

export interface ReloaderParts {
  /** Puts it into force as a whole; or changes nothing and says why. */
  readonly put: (next: Configuration) => ReloadResult;
  /** Path of the configuration in force. */
  readonly file: () => string;
  readonly learned?: LearnedOf;
  /** What only shows with the state of the gateway, and takes its time. */
  readonly refuse?: (next: Configuration) => Promise<Fault | undefined>;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'reloaded'>;
}

/** Has configurations put into force one at a time, and tells of each how it went. */
export class Reloader {
  readonly #parts: ReloaderParts;
  #last: LastReload | undefined;
  #underway: Promise<unknown> = Promise.resolve();

  constructor(parts: ReloaderParts) {
    this.#parts = parts;
  }

  get last(): LastReload | undefined {
    return this.#last;
  }

  /** Reads the file again. Who asks while a reload is under way gets one of its own, after. */
  reloadFile(): Promise<ReloadResult> {
    const reloaded = this.#underway.then(async () => this.reload(await this.#load()));
    // A defect costs the reload that it happened in, not those behind it.
    this.#underway = reloaded.catch(() => {});
    return reloaded;
  }

  async #load(): Promise<Configuration | ConfigurationFaults> {
    const { file, learned, refuse } = this.#parts;
    const loaded = await loadConfiguration(file(), learned && { learned });
    if ('kind' in loaded) return loaded;
    const fault = await refuse?.(loaded);
    return fault === undefined ? loaded : { kind: 'faults', faults: [fault], file: loaded.file, text: '' };
  }

  reload(loaded: Configuration | ConfigurationFaults): ReloadResult {
    const { put, file, logger, metrics } = this.#parts;
    const result = 'kind' in loaded ? { faults: loaded.faults } : put(loaded);
    const atMs = Date.now();
    if ('changes' in result) {
      this.#last = { successful: true, atMs, faults: [] };
      logger.info('reloaded', { file: file(), ...result.changes });
    } else {
      this.#last = { successful: false, atMs, faults: result.faults.map(String) };
      for (const fault of result.faults)
        logger.error('reload-failed', { code: fault.code, problem: String(fault) });
    }
    metrics.reloaded('changes' in result, atMs);
    return result;
  }
}
