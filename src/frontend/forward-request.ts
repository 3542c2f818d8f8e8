import { overriddenView } from '../admission/overridden-view.ts';
import type { Decision } from '../core/decision.ts';
import type { View } from '../core/view.ts';
import { converse } from './converse.ts';
import { ensureDaemon } from './ensure-daemon.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';
import { keeperCommand } from './keeper-command.ts';

/** `cut`: the answer broke off, or the visitor left: there is nothing to add. */
export type Forwarded = Decision | 'answered' | 'cut';

/**
 * One request by the daemon, started where it is down. A decision to shed where no answer came: nothing is ever run twice, so
 * once a byte went to the daemon no other is tried.
 */
export async function forwardRequest(
  configuration: FrontendConfiguration,
  script: string,
  view: View,
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
    const ensured = await ensureDaemon(configuration, { keeper: keeperCommand(script), index });
    if (!ensured.up) {
      refusal = shed(ensured.refusal.replaceAll('-', '_'));
      continue;
    }
    try {
      const conversed = await converse({
        address,
        connectTimeoutMs: scgi.connectTimeoutMs,
        timeoutMs: scgi.timeoutMs,
        view: scgiView(view),
        maxHeadBytes,
      });
      if (conversed === 'silent') return shed('silent');
      if (conversed !== 'unreachable') return conversed;
      refusal = shed('unreachable');
    } finally {
      ensured.use.leave();
    }
  }
  return refusal;
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
