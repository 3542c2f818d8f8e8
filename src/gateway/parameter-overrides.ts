import type {
  ApplicationConfiguration,
  Configuration,
  PolicyConfiguration,
} from '../config/configuration.ts';
import { formatDuration } from '../config/duration.ts';
import { nearestName } from '../config/nearest-name.ts';
import type { ControlRefusal, ParameterChange, ParameterOverride } from '../control/control-target.ts';
import type { Clock } from '../core/clock.ts';
import type { Fault } from '../core/fault.ts';
import type { Parameter } from '../core/parameter.ts';
import type { Logger } from '../log/logger.ts';
import { checkParameters, type ParameterValue } from '../policy/check-parameters.ts';
import { partsOf } from '../policy/composed-policy.ts';
import { tryPolicy } from '../policy/try-policy.ts';

export interface ParameterOverridesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The configuration in force, overrides included. */
  readonly configuration: () => Configuration;
  /** Puts the overrides as they are now into force. Why not, where that failed: then nothing has changed. */
  readonly apply: () => Fault | undefined;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

interface Override {
  readonly application: string;
  readonly policy: string;
  readonly parameter: string;
  /** As in a configuration. */
  readonly raw: number | boolean | string;
  /** On the clock. */
  readonly untilMs: number;
  takeBack: () => void;
}

/** After an undoing that failed. */
const RETRY_MS = 5_000;

/**
 * Parameters of policies that are another for a while. They lie over the configuration, whichever is in force: a reload keeps them, and
 * when their time is over what the file says counts again.
 */
export class ParameterOverrides {
  readonly #options: Required<ParameterOverridesOptions>;
  readonly #overrides = new Map<string, Override>();

  constructor({ wallClock = Date.now, ...options }: ParameterOverridesOptions) {
    this.#options = { ...options, wallClock };
  }

  /** The configuration with what is set for a while in it; the very same where nothing is. */
  applied(configuration: Configuration): Configuration {
    if (this.#overrides.size === 0) return configuration;
    return { ...configuration, applications: configuration.applications.map((one) => this.#appliedTo(one)) };
  }

  /** Sets one for a while, also one that is set already. */
  set(change: ParameterChange): ParameterOverride | ControlRefusal {
    const { application: name, parameter: key, text, forMs } = change;
    const { configuration, clock, logger, apply } = this.#options;
    const { applications } = configuration();
    const application = applications.find((one) => one.name === name);
    if (application === undefined) return unknown('an application', name, applications);
    const policy =
      application.policies.find((one) => one.name === change.policy) ??
      // One of which another is composed, such as `threshold` in `auto`, is known by its own name as well.
      application.policies.find(({ definition }) => partsOf(definition)?.includes(change.policy));
    if (policy === undefined) return unknown(`a policy of ${name}`, change.policy, application.policies);
    const policyName = policy.name;
    const declared = policy.definition.parameters[key];
    if (declared === undefined) {
      const parameters = Object.keys(policy.definition.parameters).map((one) => ({ name: one }));
      return unknown(`a parameter of ${policyName}`, key, parameters);
    }
    const raw = rawOf(declared, text);
    const next = withParameter(policy, key, raw);
    if (typeof next === 'string') return refusal(`${policyName}.${key}: ${next}`);
    const fault = next.file === undefined ? undefined : tryPolicy(next, next.file);
    if (fault !== undefined) return refusal(String(fault));

    const id = `${name} ${policyName} ${key}`;
    const before = this.#overrides.get(id);
    const override: Override = {
      application: name,
      policy: policyName,
      parameter: key,
      raw,
      untilMs: clock.now() + forMs,
      takeBack: () => {},
    };
    this.#overrides.set(id, override);
    const failed = apply();
    if (failed !== undefined) {
      if (before === undefined) this.#overrides.delete(id);
      else this.#overrides.set(id, before);
      return refusal(String(failed));
    }
    before?.takeBack();
    override.takeBack = clock.after(forMs, () => this.#undo(id, override));
    const was = written(declared, policy.parameters[key]);
    const told = { application: name, policy: policyName, parameter: key };
    logger.info('parameter-set', { ...told, value: raw, was, for: formatDuration(forMs) });
    return this.#describe(override, was);
  }

  /** What is set for a while. */
  list(): ParameterOverride[] {
    return [...this.#overrides.values()].map((override) => this.#describe(override, undefined));
  }

  /** Leaves no timer behind. */
  close(): void {
    for (const { takeBack } of this.#overrides.values()) takeBack();
    this.#overrides.clear();
  }

  #undo(id: string, override: Override): void {
    const { apply, clock, logger } = this.#options;
    this.#overrides.delete(id);
    const failed = apply();
    const { application, policy, parameter } = override;
    if (failed === undefined) {
      logger.info('parameter-restored', { application, policy, parameter });
      return;
    }
    this.#overrides.set(id, override);
    override.takeBack = clock.after(RETRY_MS, () => this.#undo(id, override));
    logger.error('parameter-not-restored', { application, policy, parameter, problem: String(failed) });
  }

  #appliedTo(application: ApplicationConfiguration): ApplicationConfiguration {
    const own = [...this.#overrides.values()].filter((one) => one.application === application.name);
    if (own.length === 0) return application;
    const policies = application.policies.map((policy) => {
      let changed = policy;
      for (const { policy: name, parameter, raw } of own) {
        // A reload may have brought a policy that does not know it: then it has nothing to say.
        const next = name === policy.name ? withParameter(changed, parameter, raw) : changed;
        if (typeof next !== 'string') changed = next;
      }
      return changed;
    });
    return { ...application, policies };
  }

  #describe({ application, policy, parameter, raw, untilMs }: Override, was: unknown): ParameterOverride {
    const { clock, wallClock } = this.#options;
    const leftMs = Math.max(0, untilMs - clock.now());
    return {
      application,
      policy,
      parameter,
      value: raw,
      ...(was !== undefined && { was: String(was) }),
      secondsLeft: Math.round(leftMs) / 1000,
      until: new Date(wallClock() + leftMs).toISOString(),
    };
  }
}

/** As YAML would read it; what is no number or switch stays a text, for the check to complain of. */
function rawOf({ kind }: Parameter, text: string): number | boolean | string {
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if ((kind === 'number' || kind === 'integer') && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text))
    return Number(text);
  return text;
}

/** Or what is wrong with the value. */
function withParameter(
  policy: PolicyConfiguration,
  key: string,
  raw: number | boolean | string,
): PolicyConfiguration | string {
  const checked = checkParameters(policy.definition.parameters, { [key]: raw });
  if (!checked.ok)
    return checked.problems.map(({ expected, found }) => `expected ${expected}, found ${found}`).join('; ');
  return { ...policy, parameters: { ...policy.parameters, [key]: checked.values[key] ?? raw } };
}

function written({ kind }: Parameter, value: ParameterValue | undefined): ParameterValue | undefined {
  return kind === 'duration' && typeof value === 'number' ? formatDuration(value) : value;
}

function unknown(what: string, found: string, known: readonly { readonly name: string }[]): ControlRefusal {
  const names = known.map(({ name }) => name);
  const nearest = nearestName(found, names);
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  return refusal(`expected ${what} (${names.join(', ')})${hint}, found ${found}`);
}

function refusal(message: string): ControlRefusal {
  return { kind: 'control-refusal', message };
}
