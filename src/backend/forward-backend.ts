import type { AnswerReceiver, Backend, BackendRequest, BackendRun } from '../core/backend.ts';
import { Fault } from '../core/fault.ts';
import { encodeScgiHead } from '../protocol/scgi/encode-scgi-head.ts';
import { ScgiScratch } from '../protocol/scgi/scgi-scratch.ts';
import { onlyAddress } from './address-pool.ts';
import type { ForwardOptions, ForwardRunOptions } from './forward-options.ts';
import { ForwardRun } from './forward-run.ts';
import { TimeSweep } from './time-sweep.ts';

/** Of a time limit: how late it may be noticed. */
const latenessShare = 0.25;
const longestSweepMs = 1_000;
const shortestSweepMs = 5;

/** The forward lane: SCGI to a daemon, one connection for each request as the protocol has it. */
export class ForwardBackend implements Backend {
  readonly lane = 'forward';
  readonly #options: ForwardRunOptions;
  readonly #scratch = new ScgiScratch();
  /** The code of the trouble that was told last; empty while the daemon can be reached. */
  #trouble = '';

  constructor(options: ForwardOptions) {
    const share = latenessShare * Math.min(options.connectTimeoutMs, options.timeoutMs);
    const intervalMs = Math.max(shortestSweepMs, Math.min(longestSweepMs, share));
    const { address } = options;
    this.#options = {
      ...options,
      address: address.kind === 'pool' ? address : onlyAddress(address),
      sweep: new TimeSweep(options.clock, intervalMs),
      onReached: () => {
        this.#trouble = '';
      },
      onUnreachable: (id, code) => this.#unreachable(id, code),
    };
  }

  /** The receiver is never called before this has returned. */
  run(request: BackendRequest, receiver: AnswerReceiver): BackendRun {
    const { view, body, id } = request;
    const head = encodeScgiHead(view, body?.length ?? 0, this.#scratch);
    const run = new ForwardRun(this.#options, request, receiver);
    if (head instanceof Uint8Array) {
      const { maxVariableBytes = Number.POSITIVE_INFINITY } = this.#options;
      if (head.length <= maxVariableBytes) run.start(head);
      else run.refuse('variables-too-large');
    } else {
      run.refuse('not-started');
      this.#options.onFault(id, new Fault(head.code, head.message));
    }
    return run;
  }

  #unreachable(id: string, code: string): void {
    if (this.#trouble === code) return;
    this.#trouble = code;
    const { address, onFault } = this.#options;
    const places = address.addresses.map((one) =>
      one.kind === 'unix' ? one.path : `${one.host}:${one.port}`,
    );
    onFault(
      id,
      new Fault('forward/unreachable', `expected a daemon at ${places.join(' or ')}; found ${code}`),
    );
  }
}
