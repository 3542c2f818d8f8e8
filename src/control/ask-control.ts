import { Fault } from '../core/fault.ts';

/** Asks the gateway at a control socket. Throws a Fault where nobody answers there. */
export async function askControl(
  path: string,
  method: 'GET' | 'POST',
  what: string,
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(`http://spillway${what}`, { method, unix: path });
    return { status: response.status, body: await response.json() };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new Fault(
      'control/no-answer',
      `expected a running gateway at ${path}, found: ${found}`,
      { file: path },
      error,
    );
  }
}
