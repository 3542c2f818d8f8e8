import { beforeEach, describe, expect, test } from 'vitest';
import { AdmissionQueue } from '../../src/admission/admission-queue.ts';
import { Application } from '../../src/admission/application.ts';
import { Gate } from '../../src/admission/gate.ts';
import { Router } from '../../src/admission/router.ts';
import type {
  AnswerReceiver,
  Backend,
  BackendFailure,
  BackendRequest,
  BackendRun,
} from '../../src/core/backend.ts';
import { CapacityLedger } from '../../src/core/capacity-ledger.ts';
import type { Daemon, Ensured } from '../../src/core/daemon.ts';
import type { DaemonState } from '../../src/core/daemon-state.ts';
import type { RunLane } from '../../src/core/lane.ts';
import type { ExchangeRecord } from '../../src/core/observer.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Policy } from '../../src/core/policy.ts';
import { PolicyChain } from '../../src/policy/policy-chain.ts';
import { FakeExchange } from '../support/fake-exchange.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** One run of a backend; the test is the program. */
class FakeRun implements BackendRun {
  readonly request: BackendRequest;
  readonly receiver: AnswerReceiver;
  readonly lane: RunLane;
  resumed = 0;
  abandoned = false;

  constructor(lane: RunLane, request: BackendRequest, receiver: AnswerReceiver) {
    this.lane = lane;
    this.request = request;
    this.receiver = receiver;
  }

  resume(): void {
    this.resumed++;
  }

  abandon(): void {
    this.abandoned = true;
  }

  head(status = 200): void {
    this.receiver.head({
      kind: 'answer',
      head: { status, reason: '', fields: bytes(''), contentLength: undefined, hasDate: false },
    });
  }

  redirect(target: string): void {
    this.receiver.head({ kind: 'local-redirect', target });
    this.receiver.end();
    this.receiver.released();
  }

  serve(text: string): void {
    this.head();
    this.receiver.data(bytes(text));
    this.receiver.end();
    this.receiver.released();
  }

  fail(failure: BackendFailure): void {
    this.receiver.failed(failure);
    this.receiver.released();
  }
}

class FakeDaemon implements Daemon {
  state: DaemonState = 'down';
  readonly calls: string[] = [];
  answer: ((ensured: Ensured) => void) | undefined;

  ensure(): Promise<Ensured> {
    this.calls.push('ensure');
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  }
  enter(): void {
    this.calls.push('enter');
  }
  leave(): void {
    this.calls.push('leave');
  }
  notNeeded(): void {
    this.calls.push('notNeeded');
  }
  suspect(): void {
    this.calls.push('suspect');
  }
  async retire(): Promise<void> {}
  async stop(): Promise<void> {}
}

let clock: VirtualClock;
let ledger: CapacityLedger;
let runs: FakeRun[];
let records: ExchangeRecord[];
let outcomes: Outcome[];
let faults: unknown[];
let daemon: FakeDaemon;
let gate: Gate;

beforeEach(() => {
  clock = new VirtualClock();
  ledger = new CapacityLedger({ capacity: 100, cost: { exec: 1, forward: 1 } });
  runs = [];
  records = [];
  outcomes = [];
  faults = [];
  daemon = new FakeDaemon();
});

interface Settings {
  readonly at?: string;
  readonly lanes?: readonly RunLane[];
  readonly policy?: Policy;
  readonly queueMax?: number;
  readonly maxBodyBytes?: number;
  readonly answerMemoryBytes?: number;
}

function application(name: string, settings: Settings): Application {
  const { at = '', lanes = ['exec', 'forward'], policy = {}, queueMax = 4, maxBodyBytes = 1000 } = settings;
  const { answerMemoryBytes = 0 } = settings;
  const onFault = (fault: unknown): void => {
    faults.push(fault);
  };
  const heard: Policy = {
    ...policy,
    outcome: (outcome, view) => {
      outcomes.push(outcome);
      policy.outcome?.(outcome, view);
    },
  };
  const backend = (lane: RunLane): Backend => ({
    lane,
    run: (request, receiver) => {
      const run = new FakeRun(lane, request, receiver);
      runs.push(run);
      return run;
    },
  });
  return new Application({
    clock,
    name,
    at,
    chain: new PolicyChain(
      [{ name: 'test', reasons: ['because'], policy: heard }],
      (_policy, _question, error) => onFault(error),
    ),
    queue: new AdmissionQueue({ max: queueMax, timeoutMs: 1000, clock, onFault }),
    backends: Object.fromEntries(lanes.map((lane) => [lane, backend(lane)])),
    daemon: lanes.includes('forward') ? daemon : undefined,
    page: { shed: (_view, id, retryAfterMs) => page(503, `come back, ${id}, in ${retryAfterMs}`) },
    documentRoot: '/srv',
    program: '/srv/program',
    maxBodyBytes,
    buffers: { requestMemoryBytes: 100, answerMemoryBytes, answerDiskBytes: 0 },
    startTimeoutMs: 500,
    ledger,
    machine: machine,
  });
}

const machine = {
  processors: 2,
  machineProcessors: 2,
  loadAverage: 0,
  running: 0,
  cpuPressure: 0,
  memoryPressure: 0,
  ioPressure: 0,
  cpuBusy: 0,
  memoryAvailable: 0,
  eventLoopDelayMs: 0,
};

function page(status: number, text: string) {
  const head = { status, reason: '', fields: bytes(''), contentLength: text.length, hasDate: false };
  return { head, body: bytes(text) };
}

function open(...applications: Application[]): void {
  const router = new Router(applications);
  for (const one of applications) one.activate();
  gate = new Gate({
    clock,
    routes: () => router,
    errorPage: { error: (_view, id, status) => page(status, `sorry, ${id}`) },
    observer: { finished: (record) => records.push(record) },
    temporaryFolder: '/tmp',
    onFault: (fault) => faults.push(fault),
  });
}

function visit(id: string, variables: Record<string, string> = {}, body?: number | 'chunked'): FakeExchange {
  const exchange = new FakeExchange(id, variables, clock.now(), body);
  gate.handle(exchange);
  return exchange;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

const always = (lane: RunLane, limit?: number, warm = false): Policy => ({
  dispatch: () => ({ lane, reason: 'because', warm }),
  ...(limit !== undefined && { limit: () => limit }),
});

describe('an exchange', () => {
  test('is run in the lane that the policy says, and answered', () => {
    open(application('wiki', { at: '/wiki', policy: always('exec') }));
    const exchange = visit('a', { PATH_INFO: '/wiki/Page' });
    clock.advance(30);
    runs[0]?.serve('hello');
    expect(exchange).toMatchObject({ status: 200, text: 'hello', over: 'whole' });
    expect(runs[0]?.lane).toBe('exec');
    expect(records).toMatchObject([
      {
        id: 'a',
        application: 'wiki',
        decision: { lane: 'exec', policy: 'test', reason: 'because' },
        result: 'served',
        status: 200,
        waitMs: 0,
        firstByteMs: 30,
        busyMs: 30,
        totalMs: 30,
        bytesOut: 5,
        failure: undefined,
      },
    ]);
    expect(outcomes).toMatchObject([{ lane: 'exec', result: 'served', busyMs: 30, inflight: 1 }]);
    expect(gate.inflight).toBe(0);
  });

  test('is given its script name, path and document root', () => {
    open(application('wiki', { at: '/wiki', policy: always('exec') }));
    visit('a', { PATH_INFO: '/wiki/Page', HTTP_HOST: 'h' });
    expect(Object.fromEntries(runs[0]?.request.view.entries() ?? [])).toEqual({
      REQUEST_METHOD: 'GET',
      HTTP_HOST: 'h',
      SCRIPT_NAME: '/wiki',
      PATH_INFO: '/Page',
      PATH_TRANSLATED: '/srv/Page',
      DOCUMENT_ROOT: '/srv',
      SCRIPT_FILENAME: '/srv/program',
    });
  });

  test('at the application itself has no PATH_INFO, and so no PATH_TRANSLATED', () => {
    open(application('wiki', { at: '/wiki', policy: always('exec') }));
    visit('a', { PATH_INFO: '/wiki' });
    const { view } = runs[0]!.request;
    expect([view.meta('PATH_INFO'), view.meta('PATH_TRANSLATED'), view.meta('SCRIPT_NAME')]).toEqual([
      undefined,
      undefined,
      '/wiki',
    ]);
  });

  test('for nobody is answered with 404, and no policy hears of it', () => {
    open(application('wiki', { at: '/wiki' }));
    expect(visit('a', { PATH_INFO: '/other' })).toMatchObject({ status: 404, text: 'sorry, a' });
    expect(records).toMatchObject([
      { application: '', decision: undefined, failure: 'no_route', status: 404 },
    ]);
    expect(outcomes).toEqual([]);
  });

  test('that is shed on arrival is answered before its body is asked for', () => {
    open(application('wiki', { policy: { arrive: () => ({ shed: 'because', retryAfterMs: 7000 }) } }));
    const exchange = visit('a', { REQUEST_METHOD: 'POST' }, 50);
    expect(exchange).toMatchObject({ status: 503, text: 'come back, a, in 7000', sink: undefined });
    expect(runs).toEqual([]);
    expect(records).toMatchObject([
      { decision: { lane: 'shed', policy: 'test', reason: 'because' }, result: 'ignored' },
    ]);
    expect(outcomes).toMatchObject([{ lane: 'shed', result: 'ignored', busyMs: 0 }]);
  });

  test('holds no slot while its body is coming', async () => {
    open(application('wiki', { policy: always('exec', 1) }));
    const slow = visit('slow', {}, 4);
    const quick = visit('quick');
    expect(runs.map((run) => run.request.id)).toEqual(['quick']);
    runs[0]?.serve('ok');
    await settle();
    expect(quick.over).toBe('whole');
    slow.sink?.write(bytes('body'));
    slow.sink?.end();
    expect(runs[1]?.request.body).toMatchObject({ kind: 'memory', length: 4 });
  });

  test('in chunks is given the length that it turned out to have', () => {
    open(application('wiki', { policy: always('exec') }));
    const exchange = visit('a', {}, 'chunked');
    exchange.sink?.write(bytes('hel'));
    exchange.sink?.write(bytes('lo'));
    exchange.sink?.end();
    expect(runs[0]?.request.view.meta('CONTENT_LENGTH')).toBe('5');
  });

  test.each([
    ['too large by its own word', 5000, undefined, 413, 'body_too_large'],
    ['broken', 'chunked' as const, 'malformed' as const, 400, 'body_malformed'],
    ['too slow', 50, 'late' as const, 408, 'body_late'],
  ])('with a body that is %s is refused', (_what, length, failure, status, code) => {
    open(application('wiki', {}));
    const exchange = visit('a', {}, length);
    if (failure !== undefined) exchange.sink?.fail(failure);
    expect(exchange).toMatchObject({ status, over: 'whole' });
    expect(records).toMatchObject([{ failure: code, status, decision: undefined }]);
    expect(outcomes).toMatchObject([{ result: 'ignored' }]);
    expect(runs).toEqual([]);
  });

  test('that turns out too large on the way is refused', () => {
    open(application('wiki', { maxBodyBytes: 10 }));
    const exchange = visit('a', {}, 'chunked');
    exchange.sink?.write(bytes('more than ten bytes'));
    expect(exchange.status).toBe(413);
  });
});

describe('admission', () => {
  test('lets wait what is over the limit, and dispatches it by the load of the moment of its turn', async () => {
    let lane: RunLane = 'exec';
    open(application('wiki', { policy: { dispatch: () => ({ lane, reason: 'because' }), limit: () => 1 } }));
    daemon.state = 'up';
    visit('a');
    visit('b');
    expect(runs).toHaveLength(1);
    lane = 'forward';
    clock.advance(40);
    runs[0]?.serve('ok');
    await settle();
    expect(runs[1]?.lane).toBe('forward');
    runs[1]?.serve('ok');
    expect(records[1]).toMatchObject({ id: 'b', waitMs: 40, busyMs: 0 });
  });

  test('sheds when the queue is full, and when the wait was too long', () => {
    open(application('wiki', { policy: always('exec', 1), queueMax: 1 }));
    visit('running');
    const waiting = visit('waiting');
    const late = visit('late');
    expect(late.status).toBe(503);
    clock.advance(1000);
    expect(waiting.status).toBe(503);
    expect(records.map((record) => record.decision)).toEqual([
      { lane: 'shed', policy: 'admission', reason: 'queue_full' },
      { lane: 'shed', policy: 'admission', reason: 'queue_timeout' },
    ]);
    expect(records[1]?.waitMs).toBe(1000);
  });

  test('gives back the slot when nothing of the work is left, not when the answer has ended', async () => {
    open(application('wiki', { policy: always('exec', 1) }));
    const first = visit('first');
    visit('second');
    const run = runs[0]!;
    run.head();
    run.receiver.end();
    await settle();
    expect(first.over).toBe('whole');
    expect(runs).toHaveLength(1);
    run.receiver.released();
    await settle();
    expect(runs).toHaveLength(2);
  });

  test('keeps the limits of applications that share the machine', async () => {
    ledger = new CapacityLedger({ capacity: 2, cost: { exec: 1, forward: 1 } });
    open(
      application('a', { at: '/a', policy: always('exec') }),
      application('b', { at: '/b', policy: always('exec') }),
    );
    for (const id of ['a1', 'a2', 'a3']) visit(id, { PATH_INFO: '/a' });
    visit('b1', { PATH_INFO: '/b' });
    expect(runs.map((run) => run.request.id)).toEqual(['a1', 'a2', 'b1']);
    runs[0]?.serve('ok');
    await settle();
    expect(runs).toHaveLength(3);
    runs[1]?.serve('ok');
    await settle();
    expect(runs[3]?.request.id).toBe('a3');
  });
});

describe('a visitor who leaves', () => {
  test('while the body is coming ends it there', () => {
    open(application('wiki', { policy: always('exec') }));
    const exchange = visit('a', {}, 10);
    exchange.leave();
    expect(records).toMatchObject([{ failure: 'abandoned', status: 0, result: 'ignored' }]);
    expect(gate.inflight).toBe(0);
  });

  test('while waiting leaves the queue and makes room', async () => {
    open(application('wiki', { policy: always('exec', 1), queueMax: 1 }));
    visit('running');
    visit('leaving').leave();
    visit('waiting');
    runs[0]?.serve('ok');
    await settle();
    expect(runs.map((run) => run.request.id)).toEqual(['running', 'waiting']);
    expect(outcomes).toHaveLength(2);
  });

  test('while the program runs ends the program, and the outcome is that of nobody', () => {
    open(application('wiki', { policy: always('exec') }));
    const exchange = visit('a');
    exchange.leave();
    expect(runs[0]?.abandoned).toBe(true);
    expect(outcomes).toEqual([]);
    runs[0]?.receiver.released();
    expect(outcomes).toMatchObject([{ lane: 'exec', result: 'ignored' }]);
    expect(ledger.inflight('wiki')).toEqual({ exec: 0, forward: 0 });
  });

  test('after the program has ended does not change how it did', () => {
    open(application('wiki', { policy: always('exec') }));
    const exchange = visit('a');
    runs[0]?.head();
    runs[0]?.receiver.end();
    exchange.leave();
    runs[0]?.receiver.released();
    expect(outcomes).toMatchObject([{ result: 'served' }]);
    expect(records).toHaveLength(1);
  });

  test('while the daemon starts gives the slot back when that is over', async () => {
    open(application('wiki', { policy: always('forward') }));
    const exchange = visit('a');
    exchange.leave();
    daemon.answer?.({ up: true });
    await settle();
    expect(runs).toEqual([]);
    expect(ledger.inflight('wiki').forward).toBe(0);
    expect(outcomes).toMatchObject([{ result: 'ignored' }]);
  });
});

describe('a slow visitor', () => {
  test('holds the program back, and that time is no part of its work', () => {
    open(application('wiki', { policy: always('exec') }));
    const exchange = visit('a');
    const run = runs[0]!;
    clock.advance(10);
    run.head();
    exchange.slow = true;
    expect(run.receiver.data(bytes('x'))).toBe(false);
    clock.advance(500);
    exchange.drain();
    expect(run.resumed).toBe(1);
    clock.advance(5);
    run.receiver.end();
    run.receiver.released();
    expect(outcomes[0]).toMatchObject({ busyMs: 15, totalMs: 515 });
  });

  test('holds no slot: what waits for it is buffered, the program ends and its work with it', () => {
    open(application('wiki', { policy: always('exec'), answerMemoryBytes: 10 }));
    const exchange = visit('a');
    const run = runs[0]!;
    run.head();
    exchange.slow = true;
    expect(run.receiver.data(bytes('straight '))).toBe(true);
    expect(run.receiver.data(bytes('waits'))).toBe(true);
    clock.advance(5);
    run.receiver.end();
    run.receiver.released();
    expect(outcomes).toMatchObject([{ busyMs: 5, result: 'served' }]);
    expect(ledger.inflight('wiki').exec).toBe(0);
    expect([exchange.text, exchange.over]).toEqual(['straight ', undefined]);
    clock.advance(500);
    exchange.drain();
    expect([exchange.text, exchange.over]).toEqual(['straight waits', 'whole']);
    expect(records).toMatchObject([{ totalMs: 505, bytesOut: 14 }]);
  });

  test('holds the program back when its buffer is full, from then on', () => {
    open(application('wiki', { policy: always('exec'), answerMemoryBytes: 10 }));
    const exchange = visit('a');
    const run = runs[0]!;
    run.head();
    exchange.slow = true;
    expect(run.receiver.data(bytes('straight '))).toBe(true);
    clock.advance(10);
    expect(run.receiver.data(bytes('0123456789'))).toBe(false);
    clock.advance(500);
    exchange.drain();
    expect([exchange.text, run.resumed]).toEqual(['straight 0123456789', 1]);
    run.receiver.end();
    run.receiver.released();
    expect(outcomes).toMatchObject([{ busyMs: 10 }]);
  });

  test('who leaves while its answer is buffered has no effect on how the program did', () => {
    open(application('wiki', { policy: always('exec'), answerMemoryBytes: 10 }));
    const exchange = visit('a');
    const run = runs[0]!;
    run.head();
    exchange.slow = true;
    run.receiver.data(bytes('straight '));
    run.receiver.data(bytes('waits'));
    run.receiver.end();
    run.receiver.released();
    exchange.leave();
    expect(outcomes).toMatchObject([{ result: 'served' }]);
    expect(records).toMatchObject([{ result: 'served', failure: 'abandoned' }]);
    expect(gate.inflight).toBe(0);
  });
});

describe('the daemon', () => {
  test('is started by the first request that is to be forwarded, which waits for it', async () => {
    open(application('wiki', { policy: always('forward') }));
    visit('a');
    expect(daemon.calls).toEqual(['enter', 'ensure']);
    expect(runs).toEqual([]);
    daemon.state = 'up';
    daemon.answer?.({ up: true });
    await settle();
    runs[0]?.serve('ok');
    expect(daemon.calls).toEqual(['enter', 'ensure', 'leave']);
  });

  test('that cannot start makes the request a shed with the reason', async () => {
    open(application('wiki', { policy: always('forward') }));
    const exchange = visit('a');
    daemon.answer?.({ up: false, refusal: 'start-timeout' });
    await settle();
    expect(exchange.status).toBe(503);
    expect(records[0]?.decision).toEqual({ lane: 'shed', policy: 'daemon', reason: 'start_timeout' });
    expect(ledger.inflight('wiki').forward).toBe(0);
  });

  test('is started behind an exec that says warm, and nobody waits for it', () => {
    open(application('wiki', { policy: always('exec', undefined, true) }));
    visit('a');
    expect(daemon.calls).toEqual(['ensure']);
    expect(runs[0]?.lane).toBe('exec');
  });

  test('that is up while requests go to exec is told that it is not needed', () => {
    open(application('wiki', { policy: always('exec') }));
    daemon.state = 'up';
    visit('a');
    expect(daemon.calls).toEqual(['notNeeded']);
  });

  test('that cannot be reached is suspected, and the visitor gets the overload page', () => {
    open(application('wiki', { policy: always('forward') }));
    daemon.state = 'up';
    const exchange = visit('a');
    runs[0]?.fail('unreachable');
    expect(daemon.calls).toEqual(['enter', 'suspect', 'leave']);
    expect(exchange.status).toBe(503);
    expect(outcomes).toMatchObject([{ lane: 'forward', result: 'failed' }]);
  });
});

describe('a backend that fails', () => {
  test.each<[BackendFailure, number]>([
    ['silent', 503],
    ['unreachable', 503],
    ['too-large-for-exec', 431],
    ['not-started', 502],
    ['no-head', 502],
    ['bad-head', 502],
    ['head-too-large', 502],
    ['timeout', 504],
  ])('by %s before the head is answered with %d', (failure, status) => {
    open(application('wiki', { policy: always('exec') }));
    const exchange = visit('a');
    runs[0]?.fail(failure);
    expect(exchange).toMatchObject({ status, over: 'whole' });
    expect(records).toMatchObject([{ failure, status, result: 'failed' }]);
    expect(gate.inflight).toBe(0);
  });

  test('after the head cuts the answer, so that nobody takes it for whole', () => {
    open(application('wiki', { policy: always('exec') }));
    const exchange = visit('a');
    runs[0]?.head();
    runs[0]?.receiver.data(bytes('half'));
    runs[0]?.fail('broken-off');
    expect(exchange).toMatchObject({ status: 200, text: 'half', over: 'cut' });
    expect(records).toMatchObject([{ failure: 'broken-off', result: 'failed' }]);
  });
});

describe('a local redirect', () => {
  test('is served as if the visitor had asked for the new path, in the same slot', () => {
    open(application('wiki', { policy: always('exec', 1) }));
    const exchange = visit('a', { REQUEST_METHOD: 'POST', QUERY_STRING: 'old' }, 1);
    exchange.sink?.write(bytes('x'));
    exchange.sink?.end();
    runs[0]?.redirect('/other?new=1');
    const { view, body } = runs[1]!.request;
    expect(body).toBeUndefined();
    expect([
      view.meta('REQUEST_METHOD'),
      view.meta('PATH_INFO'),
      view.meta('QUERY_STRING'),
      view.meta('REQUEST_URI'),
    ]).toEqual(['GET', '/other', 'new=1', '/other?new=1']);
    expect(ledger.inflight('wiki').exec).toBe(1);
    runs[1]?.serve('redirected');
    expect(exchange.text).toBe('redirected');
    expect(outcomes).toHaveLength(1);
    expect(ledger.inflight('wiki').exec).toBe(0);
  });

  test('that goes on for ever is a server error', () => {
    open(application('wiki', { policy: always('exec') }));
    const exchange = visit('a');
    for (let hop = 0; hop <= 5; hop++) runs[hop]?.redirect('/again');
    expect(runs).toHaveLength(6);
    expect(exchange.status).toBe(500);
    expect(records[0]?.failure).toBe('local_redirect');
  });

  test('to nowhere is not found', () => {
    open(application('wiki', { at: '/wiki', policy: always('exec') }));
    const exchange = visit('a', { PATH_INFO: '/wiki' });
    runs[0]?.redirect('/elsewhere');
    expect(exchange.status).toBe(404);
    expect(ledger.inflight('wiki').exec).toBe(0);
  });
});

describe('a fault', () => {
  test('of a policy costs nothing but its opinion', () => {
    const broken = (): never => {
      throw new Error('broken policy');
    };
    open(application('wiki', { policy: { arrive: broken, dispatch: broken } }));
    const exchange = visit('a');
    runs[0]?.serve('fail-safe');
    expect(exchange.text).toBe('fail-safe');
    expect(records[0]?.decision?.policy).toBe('failsafe');
    expect(faults).toHaveLength(2);
  });

  test('of a backend costs one request, which gets a 500, and gives its slot back', () => {
    const broken = application('wiki', { lanes: ['exec'], policy: always('exec') });
    (broken.parts.backends.exec as { run: unknown }).run = () => {
      throw new Error('defect');
    };
    open(broken);
    expect(visit('a')).toMatchObject({ status: 500, over: 'whole' });
    expect(records[0]?.failure).toBe('internal_error');
    expect(ledger.inflight('wiki').exec).toBe(0);
    expect(outcomes).toHaveLength(1);
    expect(gate.inflight).toBe(0);
  });
});

describe('draining', () => {
  test('waits for what is under way', async () => {
    open(application('wiki', { policy: always('exec') }));
    visit('a');
    let drained = false;
    const draining = gate.drain(1000).then(() => {
      drained = true;
    });
    await settle();
    expect(drained).toBe(false);
    runs[0]?.serve('ok');
    await draining;
    expect(drained).toBe(true);
  });

  test('ends after the grace what does not end by itself', async () => {
    open(application('wiki', { policy: always('exec') }));
    const exchange = visit('a');
    const draining = gate.drain(1000);
    clock.advance(1000);
    await draining;
    expect(exchange.over).toBe('cut');
    expect(runs[0]?.abandoned).toBe(true);
  });
});
