import type {
  ApplicationConfiguration,
  Configuration,
  PolicyConfiguration,
} from '../config/configuration.ts';
import { formatDuration } from '../config/duration.ts';
import type {
  ControlRefusal,
  ParameterChange,
  ParameterOverride,
  ParameterUndo,
  ParameterUndone,
} from '../control/control-target.ts';
import { unknownName } from '../control/unknown-name.ts';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { Parameter } from '../core/parameter.ts';
import type { Logger } from '../log/logger.ts';
import { checkParameters, type ParameterValue } from '../policy/check-parameters.ts';
import { policyOf } from '../policy/policy-of.ts';
import { tryApart } from '../policy/try-apart.ts';
import { tryPolicy } from '../policy/try-policy.ts';
import { type FoundParameter, findParameter } from './find-parameter.ts';

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

  /** Why a configuration that is well by itself cannot have what is set for a while over it: a policy of an operator's own would not come back. */
  async endlessWith(configuration: Configuration): Promise<Fault | undefined> {
    for (const application of configuration.applications) {
      const { name, policies } = this.#appliedTo(application);
      for (const policy of policies) {
        const { file, parameters, dryRun = false } = policy;
        if (file === undefined || application.policies.includes(policy)) continue;
        const fault = await tryApart(file, { parameters, dryRun });
        if (fault === undefined) continue;
        const { code, message, place } = fault;
        return new Fault(code, `${message}, with what is set of ${name} for a while`, place, fault);
      }
    }
    return undefined;
  }

  /** Sets one for a while, also one that is set already. An operator's own policy is tried with it first. */
  async set(change: ParameterChange): Promise<ParameterOverride | ControlRefusal> {
    const found = findParameter(this.#options.configuration(), change);
    if ('kind' in found) return found;
    const { file, parameters, dryRun = false } = found.policy;
    if (file === undefined) return this.#set(change, found);
    const given = { [change.parameter]: rawOf(found.declared, change.text) };
    const endless = await tryApart(file, { given, parameters, dryRun });
    if (endless !== undefined) return refusal(String(endless));
    // Meanwhile a reload may have been.
    const now = findParameter(this.#options.configuration(), change);
    return 'kind' in now ? now : this.#set(change, now);
  }

  #set(change: ParameterChange, { policy, declared }: FoundParameter): ParameterOverride | ControlRefusal {
    const { application: name, parameter: key, text, forMs } = change;
    const { clock, logger, apply } = this.#options;
    const policyName = policy.name;
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
    override.takeBack = clock.after(forMs, () => this.#expire(id, override));
    const was = written(declared, policy.parameters[key]);
    const told = { application: name, policy: policyName, parameter: key };
    logger.info('parameter-set', { ...told, value: raw, was, for: formatDuration(forMs) });
    return this.#describe(override, was);
  }

  /** Takes back before its time what is set of an application: one parameter, or all of them. */
  undo({ application, policy, parameter }: ParameterUndo): ParameterUndone[] | ControlRefusal {
    const { apply, configuration, logger } = this.#options;
    const all = [...this.#overrides];
    const own = all.filter(([, one]) => one.application === application);
    const inForce = configuration().applications.find((one) => one.name === application);
    const policyName = (policy && inForce && policyOf(inForce.policies, policy)?.name) ?? policy;
    const taken = own.filter(
      ([, one]) => policy === undefined || (one.policy === policyName && one.parameter === parameter),
    );
    if (taken.length === 0) {
      if (own.length > 0)
        return unknownName(
          `a parameter of ${application} that is set for a while`,
          `${policy}.${parameter}`,
          own.map(([, one]) => ({ name: `${one.policy}.${one.parameter}` })),
        );
      const others = [...new Set(all.map(([, one]) => one.application))].map((name) => ({ name }));
      if (others.length > 0)
        return unknownName('an application of which something is set for a while', application, others);
      return refusal('expected a parameter that is set for a while, found none');
    }
    for (const [id] of taken) this.#overrides.delete(id);
    const failed = apply();
    if (failed !== undefined) {
      this.#overrides.clear();
      for (const [id, one] of all) this.#overrides.set(id, one);
      return refusal(String(failed));
    }
    return taken.map(([, one]) => {
      one.takeBack();
      logger.info('parameter-restored', { ...whichOf(one), by: 'operator' });
      const now = this.#valueInForce(one);
      return { ...this.#describe(one, undefined), ...(now !== undefined && { now: String(now) }) };
    });
  }

  #valueInForce({ application, policy, parameter }: Override): ParameterValue | undefined {
    const { applications } = this.#options.configuration();
    const found = applications
      .find((one) => one.name === application)
      ?.policies.find((one) => one.name === policy);
    const declared = found?.definition.parameters[parameter];
    return declared && written(declared, found?.parameters[parameter]);
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

  #expire(id: string, override: Override): void {
    const { apply, clock, logger } = this.#options;
    this.#overrides.delete(id);
    const failed = apply();
    if (failed === undefined) {
      logger.info('parameter-restored', { ...whichOf(override), by: 'time' });
      return;
    }
    this.#overrides.set(id, override);
    override.takeBack = clock.after(RETRY_MS, () => this.#expire(id, override));
    logger.error('parameter-not-restored', { ...whichOf(override), problem: String(failed) });
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

function whichOf({ application, policy, parameter }: Override) {
  return { application, policy, parameter };
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

function refusal(message: string): ControlRefusal {
  return { kind: 'control-refusal', message };
}
