import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import { builtInPolicies } from '../policy/built-in-policies.ts';
import { hasCode } from '../system/has-code.ts';
import { displayPath } from './display-path.ts';
import { newPolicyText } from './new-policy-text.ts';

/** `spillway policy new NAME`. Throws a Fault where the name cannot be one, or the file is there. */
export async function policyNew(name: string, output = `${name}.ts`): Promise<void> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new Fault(
      'policy/bad-name',
      `expected lower case words joined by hyphens, such as night-shift, found "${name}"`,
    );
  if (builtInPolicies.has(name))
    throw new Fault(
      'policy/name-taken',
      `expected a name of its own, found that of a policy that comes with Spillway: ${name}`,
    );
  const file = resolve(output);
  try {
    await writeFile(file, newPolicyText(name), { flag: 'wx' });
  } catch (error) {
    const why = hasCode(error, 'EEXIST') ? 'one: name another with --output' : String(error);
    throw new Fault('policy/not-written', `expected to write a new file, found ${why}`, { file }, error);
  }
  const path = displayPath(file);
  const named = path.includes('/') ? path : `./${path}`;
  process.stdout.write(`${path} is written. What comes next:
  spillway policy test ${path}
  policies: [ ${named}, auto ]    in your configuration, then: spillway reload
`);
}
