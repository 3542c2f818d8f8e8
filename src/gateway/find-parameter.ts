import type { Configuration, PolicyConfiguration } from '../config/configuration.ts';
import type { ControlRefusal, ParameterChange } from '../control/control-target.ts';
import { unknownName } from '../control/unknown-name.ts';
import type { Parameter } from '../core/parameter.ts';
import { policyOf } from '../policy/policy-of.ts';

export interface FoundParameter {
  readonly policy: PolicyConfiguration;
  readonly declared: Parameter;
}

/** The parameter that an operator names, or what there is instead. */
export function findParameter(
  { applications }: Configuration,
  named: Pick<ParameterChange, 'application' | 'policy' | 'parameter'>,
): FoundParameter | ControlRefusal {
  const application = applications.find((one) => one.name === named.application);
  if (application === undefined) return unknownName('an application', named.application, applications);
  const { name, policies } = application;
  const policy = policyOf(policies, named.policy);
  if (policy === undefined) return unknownName(`a policy of ${name}`, named.policy, policies);
  const { parameters } = policy.definition;
  const declared = parameters[named.parameter];
  if (declared !== undefined) return { policy, declared };
  const known = Object.keys(parameters).map((key) => ({ name: key }));
  return unknownName(`a parameter of ${policy.name}`, named.parameter, known);
}
