import type { AnswerFinished } from '../core/answer.ts';
import type { AnswerReceiver, BackendFailure, BackendRun, CgiHead } from '../core/backend.ts';
import type { Body } from '../core/body.ts';
import type { Slot } from '../core/capacity-ledger.ts';
import type { Decision } from '../core/decision.ts';
import { DEFAULT_RETRY_AFTER_MS } from '../core/default-retry-after-ms.ts';
import { NO_PLACE, type Placed } from '../core/dense-set.ts';
import type { Exchange } from '../core/exchange.ts';
import type { RunLane } from '../core/lane.ts';
import type { Result } from '../core/outcome.ts';
import type { View } from '../core/view.ts';
import type { AnswerSpoolLimits } from '../spool/answer-spool.ts';
import { type SpoolFailure, spoolBody } from '../spool/body-spool.ts';
import { AnswerRelay } from './answer-relay.ts';
import type { Application } from './application.ts';
import { failureStatus } from './failure-status.ts';
import type { GateParts } from './gate.ts';
import { Holdings } from './holdings.ts';
import { overriddenView } from './overridden-view.ts';
import { PassageTimes } from './passage-times.ts';
import { PassageTrace } from './passage-trace.ts';
import { redirectedView } from './redirected-view.ts';
import { RoutedView } from './routed-view.ts';
import { scriptView } from './script-view.ts';
import type { ShadowRequest } from './shadow.ts';
import type { Ticket, TicketEvents, TicketRefusal } from './ticket.ts';

/** RFC 3875, section 6.2.2 sets no bound; without one two programs can send each other requests for ever. */
const maxLocalRedirects = 5;

const spoolStatus: Readonly<Record<SpoolFailure, number>> = {
  'too-large': 413,
  malformed: 400,
  late: 408,
  gone: 400,
  disk: 503,
};

/**
 * The way of one exchange through the core.
 *
 *     arriving ──► receiving ──► queued ──► granted ──► running ──► over
 *        │             │           │           │           │
 *        ├─ no route   ├─ 4xx      ├─ shed     ├─ shed     ├─ failed: 5xx, overload page, or a cut
 *        └─ shed       │           │           │           └─ local redirect: running again, same slot
 *                      └───────────┴───────────┴────────────── the visitor left: work ends, nothing is answered
 *
 * Two ends meet in `over`: the answer has been handed to the visitor (`#finished`), and nothing is left of the work (`released`).
 * The record is told at the first, slot and turn are given back and the outcome told at the second; each exactly once.
 */
export class Passage implements AnswerReceiver, TicketEvents, Placed {
  place = NO_PLACE;
  readonly #parts: GateParts;
  readonly #exchange: Exchange;
  readonly #onOver: (passage: Passage) => void;
  #application: Application | undefined;
  #view: View;
  readonly #holdings = new Holdings();
  #bytesIn = 0;
  #decision: Decision | undefined;
  #failure: string | undefined;
  #result: Result = 'ignored';
  #priority = 0;
  #share: number | undefined;
  #drySheds: readonly string[] | undefined;
  #shadowed: ShadowRequest | undefined;
  readonly #times: PassageTimes;
  readonly #trace: PassageTrace | undefined;
  readonly #relay: AnswerRelay;
  #redirects = 0;
  #redirectTarget: string | undefined;

  #ticket: Ticket | undefined;
  #cancel: (() => void) | undefined;
  #run: BackendRun | undefined;

  #sawPolicies = false;
  #abandoned = false;
  #answered = false;
  #workOver = false;
  #ended = false;

  constructor(parts: GateParts, exchange: Exchange, onOver: (passage: Passage) => void) {
    this.#parts = parts;
    this.#exchange = exchange;
    this.#view = exchange.view;
    this.#onOver = onOver;
    this.#times = new PassageTimes(parts.clock, exchange.arrivedMs);
    this.#relay = new AnswerRelay(exchange, parts.errorPage, {
      held: () => this.#times.held(),
      room: () => {
        if (this.#times.resumed()) this.#run?.resume();
      },
    });
    this.#trace = parts.traced === true ? new PassageTrace(exchange.arrivedMs) : undefined;
  }

  begin(): void {
    this.#exchange.onAbandoned = () => this.#leave();
    this.#exchange.answer.onFinished = (finished) => this.#finished(finished);
    this.#guarded(() => this.#arrive());
  }

  /** Ends it from the gateway's side: the stop has waited long enough. */
  giveUp(): void {
    if (this.#answered) return this.#run?.abandon();
    this.#leave();
    this.#relay.cut();
  }

  #arrive(): void {
    const { routes } = this.#parts;
    const route = routes().route(this.#view.meta('PATH_INFO') ?? '/', this.#view.meta('HTTP_HOST'));
    if (route === undefined) return this.#refuse(404, 'no_route');
    const application = route.target;
    this.#application = application;
    application.begin();
    this.#view = new RoutedView(this.#view, route, application.parts);
    if (application.draining) return this.#shed({ lane: 'shed', policy: 'admission', reason: 'draining' });
    const { chain, shadow, maxBodyBytes } = application.parts;
    const voices = this.#trace?.arriving(this.#parts.clock.now(), application);
    const arrival = chain.arrive(this.#view, application.load, voices);
    this.#sawPolicies = true;
    if (shadow !== undefined) this.#shadowed = shadow.arrive(this.#view);
    if ('decision' in arrival) return this.#shed(arrival.decision);
    this.#priority = arrival.priority;
    this.#share = arrival.share;
    this.#drySheds = arrival.drySheds;
    if (this.#trace !== undefined) this.#trace.priority = arrival.priority;
    const { scripts, documentRoot } = application.parts;
    // Behind the policies: a flood that is shed must not ask the disk.
    if (scripts !== undefined) {
      const found = scriptView(this.#exchange.view, route, scripts, documentRoot);
      if ('code' in found) return this.#refuse(found.status, found.code);
      this.#view = found;
    }
    const { body } = this.#exchange;
    if (body === undefined) return this.#enqueue(application);
    const limits = {
      maxBytes: maxBodyBytes,
      memoryBytes: application.parts.buffers.requestMemoryBytes,
      folder: this.#parts.temporaryFolder,
    };
    let arrived = false;
    const spool = spoolBody(body, limits, (result) => {
      arrived = true;
      this.#cancel = undefined;
      this.#guarded(() => this.#received(application, result));
    });
    if (!arrived) this.#cancel = () => spool.cancel();
  }

  #received(application: Application, result: Body | SpoolFailure): void {
    if (typeof result === 'string')
      return this.#refuse(spoolStatus[result], `body_${result.replace('-', '_')}`);
    this.#bytesIn = result.length;
    this.#holdings.body = result;
    if (this.#abandoned) return this.#endWork();
    if (this.#view.meta('CONTENT_LENGTH') === undefined) {
      this.#view = overriddenView(this.#view, [['CONTENT_LENGTH', String(result.length)]]);
    }
    this.#enqueue(application);
  }

  #enqueue(application: Application): void {
    this.#times.queued();
    if (this.#shadowed !== undefined) application.parts.shadow?.enqueue(this.#shadowed, this.#view);
    const ticket = application.parts.queue.join(this.#priority, this, this.#share);
    if (this.#holdings.turnDone === undefined && !this.#workOver) this.#ticket = ticket;
  }

  turn(done: () => void): void {
    this.#ticket = undefined;
    this.#holdings.turnDone = done;
    this.#guarded(() => this.#dispatch());
  }

  refused(refusal: TicketRefusal): void {
    this.#ticket = undefined;
    this.#shed({ lane: 'shed', policy: 'admission', reason: refusal });
  }

  #dispatch(): void {
    const application = this.#application;
    if (application === undefined) throw new Error('a turn without an application');
    const voices = this.#trace?.dispatching(this.#parts.clock.now(), application);
    const decision = application.dispatch(this.#view, voices, this.#drySheds);
    if (decision.lane === 'shed') return this.#shed(decision);
    this.#decision = decision;
    const { ledger, name } = application.parts;
    const { lane } = decision;
    const slot = ledger.acquire(name, lane);
    if (slot !== undefined) return this.#granted(application, lane, slot);
    this.#cancel = ledger.wait(name, lane, (late) => {
      this.#cancel = undefined;
      this.#guarded(() => this.#granted(application, lane, late));
    });
  }

  #granted(application: Application, lane: RunLane, slot: Slot): void {
    this.#holdings.slot = slot;
    if (this.#trace !== undefined) this.#trace.inflight = slot.inflight;
    const deadlineMs = this.#times.granted() + application.parts.startTimeoutMs;
    this.#sayDecision();
    const { daemon } = application.parts;
    if (lane === 'exec') {
      if (daemon?.state === 'up') daemon.notNeeded();
      else if (this.#decision?.warm === true) void daemon?.ensure(deadlineMs);
      return this.#start(application, lane);
    }
    this.#holdings.converse(daemon);
    if (daemon === undefined || daemon.state === 'up') return this.#start(application, lane);
    void daemon.ensure(deadlineMs).then((ensured) => {
      this.#guarded(() => {
        if (this.#abandoned) this.#endWork();
        else if (ensured.up) this.#start(application, lane);
        else this.#shed({ lane: 'shed', policy: 'daemon', reason: ensured.refusal.replaceAll('-', '_') });
      });
    });
  }

  #start(application: Application, lane: RunLane): void {
    const backend = application.parts.backends[lane];
    if (backend === undefined)
      throw new Error(`${application.name} was dispatched to the lane ${lane}, which it does not have`);
    const body = this.#holdings.takeBody();
    this.#run = backend.run({ id: this.#exchange.id, view: this.#view, body }, this);
  }

  head(head: CgiHead): void {
    this.#times.firstByte();
    if (this.#abandoned) return;
    if (head.kind === 'local-redirect') {
      this.#redirectTarget = head.target;
      return;
    }
    this.#relay.head(head.head);
  }

  data(chunk: Uint8Array): boolean {
    if (this.#abandoned || this.#redirectTarget !== undefined) return true;
    return this.#relay.write(chunk, () => this.#spoolLimits());
  }

  end(): void {
    this.#worked('served');
    if (!this.#abandoned && this.#redirectTarget === undefined) this.#relay.end();
  }

  failed(failure: BackendFailure): void {
    this.#worked('failed');
    this.#failure = failure;
    this.#redirectTarget = undefined;
    if (this.#abandoned) return;
    if (this.#relay.status !== 0) return this.#relay.cut();
    if (failure === 'unreachable') this.#application?.parts.daemon?.suspect();
    this.#answerWith(failureStatus[failure]);
  }

  released(): void {
    this.#run = undefined;
    if (this.#redirectTarget !== undefined && !this.#abandoned) return this.#guarded(() => this.#redirect());
    this.#endWork();
  }

  /** RFC 3875, section 6.2.2: the answer is that of the new path, as if the visitor had asked for it. The slot is kept. */
  #redirect(): void {
    const target = this.#redirectTarget ?? '';
    this.#redirectTarget = undefined;
    const lane = this.#holdings.slot?.lane;
    const view = redirectedView(this.#exchange.view, target);
    const route = view && this.#parts.routes().route(view.meta('PATH_INFO') ?? '/', view.meta('HTTP_HOST'));
    if (this.#redirects++ >= maxLocalRedirects || view === undefined || lane === undefined) {
      return this.#refuse(500, 'local_redirect');
    }
    if (route?.target.parts.backends[lane] === undefined) return this.#refuse(404, 'no_route');
    const { scripts, documentRoot } = route.target.parts;
    const found =
      scripts === undefined
        ? new RoutedView(view, route, route.target.parts)
        : scriptView(view, route, scripts, documentRoot);
    if ('code' in found) return this.#refuse(found.status, found.code);
    this.#view = found;
    this.#ended = false;
    if (lane === 'forward') this.#holdings.converse(route.target.parts.daemon);
    this.#start(route.target, lane);
  }

  /** The first word counts: a visitor who leaves after the end changes nothing of how the application did. */
  #worked(result: Result): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#result = result;
    this.#times.worked();
  }

  #spoolLimits(): AnswerSpoolLimits {
    const { answerMemoryBytes = 0, answerDiskBytes = 0 } = this.#application?.parts.buffers ?? {};
    return {
      memoryBytes: answerMemoryBytes,
      diskBytes: answerDiskBytes,
      folder: this.#parts.temporaryFolder,
    };
  }

  #shed(decision: Decision): void {
    this.#decision = decision;
    this.#sayDecision();
    this.#answerWith(503, this.#application?.sendAway(decision));
    this.#endWork();
  }

  /** In the answer, for those who are to see it. */
  #sayDecision(): void {
    const { decisionField } = this.#parts;
    const application = this.#application;
    const decision = this.#decision;
    if (decisionField === undefined || application === undefined || decision === undefined) return;
    const { lane } = decision;
    this.#relay.moreFields = decisionField(this.#view, {
      decision,
      load: application.load,
      limit: lane === 'shed' ? Number.POSITIVE_INFINITY : application.limit(lane),
      waitMs: this.#times.durations().waitMs,
    });
  }

  /** Refused for what the request is, not for the load; with 503 for what the machine lacks just now. */
  #refuse(status: number, code: string): void {
    this.#failure = code;
    this.#answerWith(status);
    this.#endWork();
  }

  /** With an answer of our own; 503 is the overload page. */
  #answerWith(status: number, retryAfterMs = DEFAULT_RETRY_AFTER_MS): void {
    if (this.#abandoned) return;
    if (status !== 503) return this.#relay.error(status);
    const { page, queue } = this.#application?.parts ?? {};
    const reason = this.#failure ?? this.#decision?.reason ?? '';
    this.#relay.overload(page, this.#view, retryAfterMs, { reason, waiting: queue?.length ?? 0 });
  }

  #leave(): void {
    if (this.#abandoned || this.#answered) return;
    this.#abandoned = true;
    this.#failure ??= 'abandoned';
    if (this.#run !== undefined) {
      this.#worked('ignored');
      return this.#run.abandon();
    }
    this.#cancel?.();
    const startingDaemon = this.#holdings.slot !== undefined;
    if (this.#ticket !== undefined) this.#application?.parts.queue.leave(this.#ticket);
    if (!startingDaemon) this.#endWork();
  }

  /** Nothing is left of the work: slot and turn go back, the policies hear how it went. */
  #endWork(): void {
    if (this.#workOver) return;
    this.#workOver = true;
    const inflight = this.#holdings.slot?.inflight ?? 0;
    this.#holdings.giveBack();
    if (this.#sawPolicies) {
      const { waitMs, firstByteMs, busyMs, totalMs } = this.#times.durations();
      const lane = this.#decision?.lane ?? 'shed';
      const outcome = { lane, result: this.#result, waitMs, firstByteMs, busyMs, totalMs, inflight };
      this.#application?.outcome(outcome, this.#view);
      if (this.#shadowed !== undefined)
        this.#application?.parts.shadow?.end(this.#shadowed, this.#decision, outcome, this.#view);
    }
    this.#application?.over();
    if (this.#answered) this.#onOver(this);
  }

  #finished(finished: AnswerFinished): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#relay.discard();
    if (!finished.complete) this.#failure ??= 'abandoned';
    const { waitMs, firstByteMs, busyMs, totalMs } = this.#times.durations();
    this.#parts.observer.finished({
      id: this.#exchange.id,
      application: this.#application?.name ?? '',
      view: this.#view,
      decision: this.#decision,
      result: this.#result,
      failure: this.#failure,
      status: this.#relay.status,
      bytesIn: this.#bytesIn,
      bytesOut: finished.bytes,
      trace: this.#trace,
      waitMs,
      firstByteMs,
      busyMs,
      totalMs,
    });
    if (this.#workOver) this.#onOver(this);
  }

  /** A defect of ours or of a part costs this request and nothing else. */
  #guarded(step: () => void): void {
    try {
      step();
    } catch (fault) {
      this.#parts.onFault(fault, this.#exchange.id);
      this.#failure = 'internal_error';
      this.#result = 'ignored';
      if (this.#relay.status === 0) this.#answerWith(500);
      else this.#relay.cut();
      if (this.#run === undefined) this.#endWork();
    }
  }
}
