import { Fault } from '../core/fault.ts';
import { CONTROL_VARIABLE, DESCRIPTORS_VARIABLE } from '../prefork/worker-protocol.ts';

const FIRST_OTHER = 3;

/** Takes their numbers out of the environment: they are not for what the application starts. Throws a Fault where there are none. */
export function takeWorkerDescriptors(environment: Record<string, string | undefined>): {
  readonly control: number;
  readonly descriptors: number;
} {
  const [control, descriptors] = [CONTROL_VARIABLE, DESCRIPTORS_VARIABLE].map((name) => {
    const text = environment[name] ?? '';
    delete environment[name];
    const descriptor = Number(text);
    if (/^[0-9]{1,6}$/.test(text) && descriptor >= FIRST_OTHER) return descriptor;
    throw new Fault(
      'app/no-descriptor',
      `expected the number of a descriptor in ${name}, found ${JSON.stringify(text)}`,
    );
  }) as [number, number];
  return { control, descriptors };
}
