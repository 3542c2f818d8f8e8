/**
 * The process in which a policy of an operator's own is loaded and tried first, since it may never come back. What is wrong with it otherwise is not
 * told from here: who started this process finds it by doing the same.
 */
import { apart } from '../apart/apart.ts';
import type { Snapshot } from '../core/policy.ts';
import { askEverything } from './ask-everything.ts';
import { checkParameters } from './check-parameters.ts';
import { type ConfiguredPolicy, createPolicyChain } from './create-policy-chain.ts';
import { importPolicy } from './import-policy.ts';
import type { PolicyTrial, TrialInput, TrialStep } from './policy-trial.ts';

// Waiting for what never comes is endless too.
setInterval(() => {}, 60_000);
const { file, trial } = apart.input() as TrialInput;
begin('loading');
const definition = await importPolicy(file).catch(() => undefined);
if (definition !== undefined && trial !== undefined) {
  const { given = {}, parameters = {}, dryRun = false, saved } = trial;
  begin('the check of its parameters');
  const checked = checkParameters(definition.parameters, given);
  if (checked.ok) {
    const others = Object.entries(parameters).filter(([key]) => !Object.hasOwn(given, key));
    const values = { ...checked.values, ...Object.fromEntries(others) };
    const configured = { definition, parameters: values, dryRun };
    const learned = ask(configured, undefined, '');
    ask(configured, saved ?? learned, ' with `saved`');
  }
}
apart.done();

function ask(
  configured: ConfiguredPolicy,
  saved: PolicyTrial['saved'],
  how: string,
): Readonly<Record<string, Snapshot>> {
  begin(`\`create\`${how}`);
  const chain = createPolicyChain([configured], {
    clock: { now: () => 0 },
    random: () => 0.5,
    onFault: () => {},
    ...(saved !== undefined && { saved }),
  });
  return askEverything(chain, { begin: (question) => begin(`\`${question}\`${how}`), explained: true });
}

function begin(step: string): void {
  apart.say({ step } satisfies TrialStep);
}
