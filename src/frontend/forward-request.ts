import { overriddenView } from '../admission/overridden-view.ts';
import type { Decision } from '../core/decision.ts';
import type { View } from '../core/view.ts';
import { type ConverseOptions, converse } from './converse.ts';
import { enterIfKept } from './enter-if-kept.ts';
import type { Use } from './enter-use.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';
import { keeperCommand } from './keeper-command.ts';

const WITHOUT: Use = { retiring: false, leave() {} };

/** `cut`: the answer broke off, or the visitor left: there is nothing to add. */
export type Forwarded = Decision | 'answered' | 'cut';

/**
 * One request by the daemon, started where it is down. A decision to shed where no answer came: nothing is ever run twice, so
 * once a byte went to the daemon no other is tried. `begun` is called before the first byte of an answer is passed on.
 */
export async function forwardRequest(
  configuration: FrontendConfiguration,
  script: string,
  view: View,
  begun: () => void,
): Promise<Forwarded> {
  const { scgi, maxHeadBytes } = configuration.application;
  if (scgi === undefined) throw new Error('the forward lane of an application that has none');
  // With several daemons, each request begins with another one, by chance: nobody here knows which is least busy.
  const first = Math.floor(Math.random() * scgi.addresses.length);
  let refusal: Decision = shed('unreachable');
  for (let turn = 0; turn < scgi.addresses.length; turn += 1) {
    const index = (first + turn) % scgi.addresses.length;
    const address = scgi.addresses[index];
    if (address === undefined) continue;
    const { connectTimeoutMs, timeoutMs, daemon } = scgi;
    const options = { address, connectTimeoutMs, timeoutMs, view: scgiView(view), maxHeadBytes, begun };
    // Nearly always: what makes sure of a daemon is more than all the rest, and is not even loaded.
    const kept = daemon === undefined ? WITHOUT : enterIfKept(configuration, index);
    if (kept !== undefined) {
      const sinceMs = performance.now();
      const forwarded = await conversed(options, kept);
      if (forwarded !== undefined) return forwarded;
      refusal = shed('unreachable');
      // One that is too busy to answer in time is up.
      if (daemon === undefined || performance.now() - sinceMs >= connectTimeoutMs) continue;
    }
    const { ensureDaemon } = await import('./ensure-daemon.ts');
    const ensured = await ensureDaemon(configuration, { keeper: keeperCommand(script), index });
    const forwarded = ensured.up ? await conversed(options, ensured.use) : undefined;
    if (forwarded !== undefined) return forwarded;
    refusal = shed(ensured.up ? 'unreachable' : ensured.refusal.replaceAll('-', '_'));
  }
  return refusal;
}

/** Nothing where no byte was sent. */
async function conversed(options: ConverseOptions, use: Use): Promise<Forwarded | undefined> {
  try {
    const conversed = await converse(options);
    if (conversed === 'unreachable') return undefined;
    return conversed === 'silent' ? shed('silent') : conversed;
  } finally {
    use.leave();
  }
}

/** What the web server's own process was started with says nothing of the request. */
function scgiView(view: View): View {
  return overriddenView(
    view,
    ['PATH', 'LD_LIBRARY_PATH'].map((name) => [name, undefined] as const),
  );
}

function shed(reason: string): Decision {
  return { lane: 'shed', policy: 'daemon', reason };
}
