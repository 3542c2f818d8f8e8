import { Shadow } from '../admission/shadow.ts';
import type { ApplicationConfiguration } from '../config/configuration.ts';
import type { Daemon } from '../core/daemon.ts';
import type { Snapshot } from '../core/policy.ts';
import { createPolicyChain } from '../policy/create-policy-chain.ts';
import type { ApplicationSurroundings } from './build-application.ts';

/** The shadow of an application, where its configuration has one. */
export function buildShadow(
  { name: application, shadow, queue, cgi, scgi }: ApplicationConfiguration,
  saved: Readonly<Record<string, Snapshot>> | undefined,
  daemon: Daemon | undefined,
  { clock, random, logger, metrics, machine }: ApplicationSurroundings,
): Shadow | undefined {
  if (shadow === undefined) return undefined;
  const told = new Set<string>();
  /** Nobody's request suffers, so one word of each fault is enough; the metric counts. */
  const fault = (policy: string, question: string, err: unknown): void => {
    metrics.shadowFault(application, policy);
    const key = `${policy} ${question}`;
    if (told.has(key)) return;
    told.add(key);
    logger.warn('shadow-fault', { application, policy, question, err });
  };
  return new Shadow({
    chain: createPolicyChain(shadow, {
      clock,
      random,
      onFault: fault,
      ...(saved !== undefined && { saved }),
    }),
    queue,
    lanes: [
      ...(cgi === undefined ? [] : ['exec' as const]),
      ...(scgi === undefined ? [] : ['forward' as const]),
    ],
    machine,
    daemon: () => daemon?.state ?? 'none',
    clock,
    onDecision: (policy, live, inShadow) => metrics.shadowDecision(application, policy, live, inShadow),
    onFault: (err) => fault('shadow', 'follow', err),
  });
}
