import type { Application } from '../admission/application.ts';
import type { Gate } from '../admission/gate.ts';
import type { ControlRefusal, ControlTarget, DaemonAction, Drained } from '../control/control-target.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../log/logger.ts';
import type { ApplicationSet } from './application-set.ts';

export interface ControlTargetParts
  extends Pick<
    ControlTarget,
    'status' | 'reload' | 'explain' | 'setParameter' | 'undoParameters' | 'parameters'
  > {
  readonly applications: ApplicationSet;
  readonly gate: Gate;
  readonly clock: Pick<Clock, 'now'>;
  readonly setDraining: (draining: boolean) => void;
  readonly logger: Logger;
}

/** What the control socket can do to a gateway, out of the parts that do it. Everything that was done is logged. */
export function controlTarget(parts: ControlTargetParts): ControlTarget {
  const { applications, gate, logger, setDraining } = parts;
  const drain = (name: string | undefined, draining: boolean): Drained | ControlRefusal => {
    if (name === undefined) {
      setDraining(draining);
      logger.info(draining ? 'draining' : 'resumed', {});
      return { underway: gate.inflight };
    }
    const application = applications.find(name);
    if (application === undefined) return unknown(applications, name);
    application.draining = draining;
    logger.info(draining ? 'draining' : 'resumed', { application: name });
    return { underway: application.underway };
  };
  return {
    status: parts.status,
    reload: parts.reload,
    explain: parts.explain,
    setParameter: parts.setParameter,
    undoParameters: parts.undoParameters,
    parameters: parts.parameters,
    drain: (name) => drain(name, true),
    resume: (name) => drain(name, false),
    daemon: (action, name) => {
      const application = applications.find(name);
      return application === undefined
        ? Promise.resolve(unknown(applications, name))
        : commandDaemon(application, action, parts);
    },
  };
}

async function commandDaemon(
  { name, parts }: Application,
  action: DaemonAction,
  { clock, logger }: ControlTargetParts,
): Promise<{ readonly state: string } | ControlRefusal> {
  const { daemon, startTimeoutMs } = parts;
  if (daemon === undefined || daemon.state === 'none')
    return refusal(`${name} has no daemon that Spillway runs`);
  logger.info('daemon-commanded', { application: name, action });
  if (action !== 'start') await daemon.retire();
  if (action !== 'stop') {
    const ensured = await daemon.ensure(clock.now() + startTimeoutMs);
    if (!ensured.up)
      return refusal(`the daemon of ${name} is not up: ${ensured.refusal}; the log has its last words`);
  }
  return { state: daemon.state };
}

function unknown(applications: ApplicationSet, name: string): ControlRefusal {
  const names = applications.applications.map((application) => application.name).join(', ');
  return refusal(`expected an application (${names}), found ${name}`);
}

function refusal(message: string): ControlRefusal {
  return { kind: 'control-refusal', message };
}
