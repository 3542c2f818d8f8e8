import { resolve } from 'node:path';
import { loadConfiguration } from '../config/load-configuration.ts';
import { askControl } from '../control/ask-control.ts';
import { controlSocketOf } from '../control/control-socket-of.ts';
import { Fault } from '../core/fault.ts';
import { explainDecision } from '../explain/explain-decision.ts';
import { findInDecisionLog } from '../explain/find-in-decision-log.ts';
import type { DecisionRecord } from '../log/decision-record.ts';
import { displayPath } from './display-path.ts';

export interface ExplainOptions {
  /** A decision log to read, and nothing else. */
  readonly log?: string;
  readonly config: string;
}

/**
 * `spillway explain REQUEST-ID`: from the memory of the running gateway, else from its decision log. Throws a Fault where nobody knows the
 * request, which says where it was looked for.
 */
export async function explain(id: string, { log, config }: ExplainOptions): Promise<void> {
  const looked: string[] = [];
  const record =
    log === undefined
      ? ((await fromGateway(config, id, looked)) ?? (await fromConfiguredLog(config, id, looked)))
      : await fromLog(resolve(log), id, looked);
  if (record !== undefined) {
    process.stdout.write(explainDecision(record));
    return;
  }
  throw new Fault(
    'explain/not-found',
    `expected the id of a request, found none like ${id}:\n  ${looked.join('\n  ')}`,
  );
}

async function fromGateway(
  config: string,
  id: string,
  looked: string[],
): Promise<DecisionRecord | undefined> {
  try {
    const what = `/explain?id=${encodeURIComponent(id)}`;
    const { status, body } = await askControl(controlSocketOf(config), 'GET', what);
    if (status === 200) return body as DecisionRecord;
    looked.push(`the running gateway: ${(body as { error?: string }).error ?? `status ${status}`}`);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    looked.push(`the running gateway: ${fault}`);
  }
  return undefined;
}

async function fromConfiguredLog(
  config: string,
  id: string,
  looked: string[],
): Promise<DecisionRecord | undefined> {
  const configuration = await loadConfiguration(config);
  if ('kind' in configuration) {
    looked.push(`the decision log: ${displayPath(configuration.file)} cannot be read as a configuration`);
    return undefined;
  }
  const { decisionLog } = configuration;
  if (decisionLog !== undefined) return await fromLog(decisionLog.file, id, looked);
  looked.push('the decision log: none is configured (`decision_log: { file: ./decisions.ndjson }`)');
  return undefined;
}

async function fromLog(file: string, id: string, looked: string[]): Promise<DecisionRecord | undefined> {
  try {
    const found = await findInDecisionLog(file, id);
    if (found === undefined)
      looked.push(`the decision log: not in ${displayPath(file)}, nor in what was put aside`);
    return found;
  } catch (error) {
    looked.push(`the decision log: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
