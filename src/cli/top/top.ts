import { askControl } from '../../control/ask-control.ts';
import { controlSocketOf } from '../../control/control-socket-of.ts';
import { Fault } from '../../core/fault.ts';
import { type ShownStatus, topLines } from './top-lines.ts';

const everyMs = 1000;
/** What a pipe gets: whole lines, and the last ten changes. */
const plain = { columns: Number.POSITIVE_INFINITY, changes: 10 };

/** `spillway top [FILE]`: until `q` on a terminal; elsewhere, one look in plain lines. */
export async function top(file: string): Promise<void> {
  const socket = controlSocketOf(file);
  const ask = async (): Promise<ShownStatus> => {
    const { status, body } = await askControl(socket, 'GET', '/status');
    if (status !== 200) throw new Fault('control/refused', `the gateway answered with status ${status}`);
    return body as ShownStatus;
  };
  // Whoever is not there is told at once, and not on a screen.
  const first = await ask();
  if (process.stdout.isTTY !== true) {
    const before = first;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    const lines = topLines(await ask(), before, plain);
    process.stdout.write(`${lines.map(({ text }) => text).join('\n')}\n`);
    return;
  }
  const [{ render }, { createElement }, { TopView }] = await Promise.all([
    import('ink'),
    import('react'),
    import('./top-view.ts'),
  ]);
  await render(createElement(TopView, { ask, everyMs })).waitUntilExit();
}
