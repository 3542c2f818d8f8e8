import { isDeepStrictEqual } from 'node:util';
import type { Application } from '../admission/application.ts';
import { Router } from '../admission/router.ts';
import type { ApplicationConfiguration } from '../config/configuration.ts';
import type { CapacityLedger } from '../core/capacity-ledger.ts';
import type { Daemon } from '../core/daemon.ts';
import type { Snapshot } from '../core/policy.ts';

/** What an application takes over from the one that it replaces. */
export interface Inheritance {
  /** What its policies have learned, by name of the policy. */
  readonly saved: Readonly<Record<string, Snapshot>> | undefined;
  /** The same of its shadow. */
  readonly shadowSaved: Readonly<Record<string, Snapshot>> | undefined;
  /** Its daemon, where nothing that concerns it has changed. */
  readonly daemon: Daemon | undefined;
}

export type ApplicationBuilder = (
  configuration: ApplicationConfiguration,
  inheritance: Inheritance,
) => Application;

interface Running {
  readonly configuration: ApplicationConfiguration;
  readonly application: Application;
}

/** A set that is ready to run, of which nobody knows yet. */
export interface PreparedApplications {
  readonly next: ReadonlyMap<string, Running>;
}

const nothing: Inheritance = { saved: undefined, shadowSaved: undefined, daemon: undefined };

/**
 * The applications of a gateway, and how one set of them becomes another: build what has changed, swap all at once, let what was
 * replaced finish. An application whose configuration is the same word for word stays the very same: daemon, queue, learned limits.
 */
export class ApplicationSet {
  readonly #build: ApplicationBuilder;
  readonly #ledger: CapacityLedger;
  #running: ReadonlyMap<string, Running> = new Map();
  #router: Router<Application> = new Router<Application>([]);
  /** Daemons of replaced applications, until they are gone. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(build: ApplicationBuilder, ledger: CapacityLedger) {
    this.#build = build;
    this.#ledger = ledger;
  }

  get router(): Router<Application> {
    return this.#router;
  }

  get applications(): readonly Application[] {
    return [...this.#running.values()].map(({ application }) => application);
  }

  find(name: string): Application | undefined {
    return this.#running.get(name)?.application;
  }

  /** What the policies of a running application, or of its shadow, would hand over now. */
  learned(name: string, chain: 'policies' | 'shadow'): Readonly<Record<string, Snapshot>> | undefined {
    const parts = this.find(name)?.parts;
    return chain === 'policies' ? parts?.chain.snapshot() : parts?.shadow?.snapshot();
  }

  /** Builds what is new or changed. Throws a Fault where something cannot be used; then nothing has changed. */
  prepare(configurations: readonly ApplicationConfiguration[]): PreparedApplications {
    const next = new Map<string, Running>();
    for (const configuration of configurations) {
      const before = this.#running.get(configuration.name);
      if (before !== undefined && isDeepStrictEqual(before.configuration, configuration)) {
        next.set(configuration.name, before);
        continue;
      }
      const inheritance = before === undefined ? nothing : inherited(before, configuration);
      next.set(configuration.name, { configuration, application: this.#build(configuration, inheritance) });
    }
    return { next };
  }

  /** Puts a prepared set in the place of the running one. Returns what has changed, by name. */
  commit({ next }: PreparedApplications): { added: string[]; changed: string[]; removed: string[] } {
    const before = this.#running;
    this.#running = next;
    this.#router = new Router(this.applications);
    const changes = { added: [] as string[], changed: [] as string[], removed: [] as string[] };
    for (const [name, running] of next) {
      const old = before.get(name);
      if (old === running) {
        // Its files may be others than when it was built.
        running.application.parts.page.refresh?.();
        continue;
      }
      (old === undefined ? changes.added : changes.changed).push(name);
      old?.application.retire();
      running.application.activate();
      if (old !== undefined) this.#letGo(old.application, running.application.parts.daemon);
    }
    for (const [name, { application }] of before) {
      if (next.has(name)) continue;
      changes.removed.push(name);
      application.retire();
      this.#letGo(application, undefined);
    }
    return changes;
  }

  /** Stops every daemon. For a gateway whose requests are over. */
  async stop(): Promise<void> {
    await Promise.all([...this.applications.map(({ parts }) => parts.daemon?.stop()), ...this.#leaving]);
  }

  #letGo(application: Application, kept: Daemon | undefined): void {
    const { daemon } = application.parts;
    const gone = (async () => {
      await application.idle();
      if (daemon !== kept) await daemon?.stop();
      if (!this.#running.has(application.name)) this.#ledger.close(application.name);
    })().finally(() => this.#leaving.delete(gone));
    this.#leaving.add(gone);
  }
}

function inherited({ configuration, application }: Running, next: ApplicationConfiguration): Inheritance {
  const sameDaemon = isDeepStrictEqual(
    [configuration.scgi, configuration.environment, configuration.bus !== undefined],
    [next.scgi, next.environment, next.bus !== undefined],
  );
  return {
    saved: application.parts.chain.snapshot(),
    shadowSaved: application.parts.shadow?.snapshot(),
    daemon: sameDaemon ? application.parts.daemon : undefined,
  };
}
