import { askControl } from '../control/ask-control.ts';
import { controlSocketOf } from '../control/control-socket-of.ts';
import { Fault } from '../core/fault.ts';

/** How often a drain is looked at. */
const lookEveryMs = 200;

interface Asked {
  readonly file: string;
  readonly method: 'GET' | 'POST';
  readonly what: string;
}

/** `spillway status FILE` */
export async function status(file: string): Promise<void> {
  const body = await ask({ file, method: 'GET', what: '/status' });
  process.stdout.write(`${JSON.stringify(body, undefined, 2)}\n`);
}

/** `spillway reload FILE`: exit code 1, with the faults, where it changed nothing. */
export async function reload(file: string): Promise<void> {
  const { status: code, body } = await askControl(controlSocketOf(file), 'POST', '/reload');
  const { changes, faults } = body as { changes?: Record<string, string[]>; faults?: string[] };
  if (code !== 200 || changes === undefined) {
    process.stderr.write(`${(faults ?? ['the gateway refused']).join('\n')}\nnothing was changed\n`);
    process.exitCode = 1;
    return;
  }
  const lines = Object.entries(changes).filter(([, names]) => names.length > 0);
  process.stdout.write(lines.length === 0 ? 'reloaded: no application has changed\n' : 'reloaded\n');
  for (const [what, names] of lines) process.stdout.write(`  ${what}: ${names.join(', ')}\n`);
}

/** `spillway drain FILE [APPLICATION]`: resolves when nothing is under way; exit code 1 after the time limit. */
export async function drain(
  file: string,
  application: string | undefined,
  { timeout }: { timeout: number },
): Promise<void> {
  const what = `/drain${query(application)}`;
  const endMs = performance.now() + timeout * 1000;
  for (;;) {
    const { underway } = (await ask({ file, method: 'POST', what })) as { underway: number };
    if (underway === 0) {
      process.stdout.write('drained: no request is under way\n');
      return;
    }
    if (performance.now() > endMs) {
      process.stderr.write(`still draining: ${underway} under way\n`);
      process.exitCode = 1;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** `spillway resume FILE [APPLICATION]` */
export async function resume(file: string, application: string | undefined): Promise<void> {
  await ask({ file, method: 'POST', what: `/resume${query(application)}` });
  process.stdout.write('resumed\n');
}

/** `spillway daemon ACTION FILE APPLICATION` */
export async function daemon(action: string, file: string, application: string): Promise<void> {
  const { state } = (await ask({ file, method: 'POST', what: `/daemon/${action}${query(application)}` })) as {
    state: string;
  };
  process.stdout.write(`the daemon of ${application} is ${state}\n`);
}

async function ask({ file, method, what }: Asked): Promise<unknown> {
  const { status: code, body } = await askControl(controlSocketOf(file), method, what);
  if (code === 200) return body;
  throw new Fault('control/refused', String((body as { error?: string }).error ?? `status ${code}`));
}

function query(application: string | undefined): string {
  return application === undefined ? '' : `?application=${encodeURIComponent(application)}`;
}
