import { formatDuration } from '../config/duration.ts';
import { askControl } from '../control/ask-control.ts';
import { controlSocketOf } from '../control/control-socket-of.ts';
import type { ParameterOverride } from '../control/control-target.ts';
import { Fault } from '../core/fault.ts';

export interface SetOptions {
  /** How long, such as `10m`. */
  readonly for: string;
  readonly config: string;
}

/** `spillway set APPLICATION POLICY.PARAMETER=VALUE`. Throws a Fault where the gateway refuses. */
export async function set(application: string, assignment: string, options: SetOptions): Promise<void> {
  const equals = assignment.indexOf('=');
  if (equals < 1)
    throw new Fault(
      'set/bad-assignment',
      `expected POLICY.PARAMETER=VALUE, such as threshold.shed=6, found ${assignment}`,
    );
  const query = new URLSearchParams({
    application,
    parameter: assignment.slice(0, equals),
    value: assignment.slice(equals + 1),
    for: options.for,
  });
  const { status, body } = await askControl(controlSocketOf(options.config), 'POST', `/set?${query}`);
  if (status !== 200)
    throw new Fault('control/refused', String((body as { error?: string }).error ?? `status ${status}`));
  const { policy, parameter, value, was, secondsLeft, until } = body as ParameterOverride;
  const time = formatDuration(Math.round(secondsLeft) * 1000);
  process.stdout.write(
    `${policy}.${parameter} of ${application} is ${value} for ${time}, until ${until}; before it was ${was}\n`,
  );
}
