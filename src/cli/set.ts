import { formatDuration } from '../config/duration.ts';
import { askControl } from '../control/ask-control.ts';
import { controlSocketOf } from '../control/control-socket-of.ts';
import type { ParameterOverride, ParameterUndone } from '../control/control-target.ts';
import { Fault } from '../core/fault.ts';

export interface SetOptions {
  /** How long, such as `10m`. */
  readonly for: string;
  readonly undo?: true;
  readonly list?: true;
  readonly config: string;
}

/**
 * `spillway set APPLICATION POLICY.PARAMETER=VALUE`, `set APPLICATION [POLICY.PARAMETER] --undo`, and `set [APPLICATION]`, which lists.
 * Throws a Fault where the gateway refuses.
 */
export async function set(
  application: string | undefined,
  parameter: string | undefined,
  options: SetOptions,
): Promise<void> {
  if (options.undo === true) return undo(application, parameter, options);
  if (options.list !== true && application !== undefined && parameter !== undefined)
    return change(application, parameter, options);
  return list(application, options);
}

async function change(application: string, assignment: string, options: SetOptions): Promise<void> {
  const equals = assignment.indexOf('=');
  if (equals < 1)
    throw new Fault(
      'set/bad-assignment',
      `expected POLICY.PARAMETER=VALUE, such as threshold.shed=6, or --undo, found ${assignment}`,
    );
  const query = new URLSearchParams({
    application,
    parameter: assignment.slice(0, equals),
    value: assignment.slice(equals + 1),
    for: options.for,
  });
  const { policy, parameter, value, was, secondsLeft, until } = (await ask(
    options,
    'POST',
    `/set?${query}`,
  )) as ParameterOverride;
  process.stdout.write(
    `${policy}.${parameter} of ${application} is ${value} for ${timeOf(secondsLeft)}, until ${until}; before it was ${was}\n`,
  );
}

async function undo(
  application: string | undefined,
  parameter: string | undefined,
  options: SetOptions,
): Promise<void> {
  if (application === undefined)
    throw new Fault('set/no-application', 'expected the APPLICATION of which to take it back, found none');
  if (parameter?.includes('=') === true)
    throw new Fault(
      'set/bad-assignment',
      `expected POLICY.PARAMETER without a value to take back, found ${parameter}`,
    );
  const query = new URLSearchParams({ application, ...(parameter !== undefined && { parameter }) });
  for (const { policy, parameter: key, value, now, secondsLeft } of (await ask(
    options,
    'POST',
    `/unset?${query}`,
  )) as ParameterUndone[]) {
    const again = now === undefined ? 'as the file says' : now;
    process.stdout.write(
      `${policy}.${key} of ${application} is ${again} again; it would have been ${value} for ${timeOf(secondsLeft)} more\n`,
    );
  }
}

async function list(application: string | undefined, options: SetOptions): Promise<void> {
  const all = (await ask(options, 'GET', '/set')) as ParameterOverride[];
  const own = all.filter((one) => application === undefined || one.application === application);
  const lines = own.map(
    ({ application: of, policy, parameter, value, secondsLeft, until }) =>
      `${of}  ${policy}.${parameter}=${value}  ${timeOf(secondsLeft)} left, until ${until}\n`,
  );
  const where = application === undefined ? '' : ` of ${application}`;
  process.stdout.write(lines.length === 0 ? `nothing${where} is set for a while\n` : lines.join(''));
}

function timeOf(seconds: number): string {
  return formatDuration(Math.round(seconds) * 1000);
}

async function ask({ config }: SetOptions, method: 'GET' | 'POST', what: string): Promise<unknown> {
  const { status, body } = await askControl(controlSocketOf(config), method, what);
  if (status === 200) return body;
  throw new Fault('control/refused', String((body as { error?: string }).error ?? `status ${status}`));
}
