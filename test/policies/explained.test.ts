import { describe, expect, test } from 'vitest';
import { type ToldBy, toldBy } from './told-by.ts';

const SUSPECT = { REMOTE_ADDR: '192.0.2.77' };
const full = { lanes: ['exec' as const], inflight: { exec: 4, forward: 0 } };
const waiting = { ...full, queued: 3, oldestWaitMs: 200 };
const flooded = { ...full, queued: 60 };

/** Nine come for three that are served: most are refused, the group of 192.0.2.3 among them. */
function floodPid(told: ToldBy): void {
  for (let round = 0; round < 60; round += 1) {
    told.arrive(9, flooded, { REMOTE_ADDR: `192.0.2.${round}` });
    told.serve(3, 12, {}, flooded);
  }
}

type Case = readonly [title: string, tell: () => string, expected: string];

const cases: Readonly<Record<string, readonly Case[]>> = {
  aimd: [
    [
      'a limit that nothing has moved yet is the one that was set',
      () => toldBy('aimd').tell({ ...full, queued: 3, oldestWaitMs: 20 }, {}, 'queue_full'),
      `
  When it arrived:
    aimd: no opinion
      inflight.exec was 4, at or over 4 (aimd.initial): the lane exec has as many at once as it could answer in time, and whoever comes waits
      longest wait in the queue (ms) was 20, below 250 (aimd.latency); at or over it the queue stands: the newest is served first
      time to work the queue off (ms) was 0, not over 500 (aimd.latency); over it the queue stands: the newest is served first
      longest wait in the queue (ms) was 20, below 500 (aimd.latency); at or over it who has waited so long is shed

What would have changed it
  Fewer than the 3 that waited, or a larger queue.max.
  A higher limit of what was full: exec (4, by aimd.initial).
`,
    ],
    [
      'a limit that came down: what was late, against which bound',
      () => {
        const told = toldBy('aimd');
        told.serve(32, 800);
        return told.tell({ ...full, inflight: { exec: 3, forward: 0 } });
      },
      `
  When it arrived:
    aimd: no opinion
      inflight.exec was 3, at or over 3: the lane exec has as many at once as it could answer in time, and whoever comes waits
      slowest of the last requests in the full lane exec (ms) was 800, over 500 (aimd.latency): one was late, which takes the limit down
      longest wait in the queue (ms) was 0, below 250 (aimd.latency); at or over it the queue stands: the newest is served first
      time to work the queue off (ms) was 0, not over 500 (aimd.latency); over it the queue stands: the newest is served first
      longest wait in the queue (ms) was 0, below 500 (aimd.latency); at or over it who has waited so long is shed
  When its turn had come:
    aimd: no opinion
      inflight.exec was 3, at or over 3: the lane exec has as many at once as it could answer in time, and whoever comes waits
      slowest of the last requests in the full lane exec (ms) was 800, over 500 (aimd.latency): one was late, which takes the limit down
      longest wait in the queue (ms) was 0, below 250 (aimd.latency); at or over it the queue stands: the newest is served first
      time to work the queue off (ms) was 0, not over 500 (aimd.latency); over it the queue stands: the newest is served first
      longest wait in the queue (ms) was 0, below 500 (aimd.latency); at or over it who has waited so long is shed

What would have changed it
  A policy in the chain that names lanes, such as threshold.
`,
    ],
    [
      'a limit that went up, and down again by a failure, while the queue stands',
      () => {
        const told = toldBy('aimd');
        told.serve(40, 100);
        told.serve(1, 100, { result: 'failed' });
        return told.tell({ ...full, queued: 30, oldestWaitMs: 400 }, {}, 'queue_timeout');
      },
      `
  When it arrived:
    aimd: no opinion
      inflight.exec was 4, at or over 4: the lane exec has as many at once as it could answer in time, and whoever comes waits
      slowest of the last requests in the full lane exec (ms) was 100, not over 500 (aimd.latency); over it one was late, which takes the limit down
      most requests at once in the lane exec meanwhile was 4, at or over 4: the limit was used up and nobody was late, which takes it up by one
      times that requests in the lane exec have failed since was 1, over 0: failures took the limit down
      queued was 30, over 0: the queue stood and is not empty yet: the newest is served first
      longest wait in the queue (ms) was 400, below 500 (aimd.latency); at or over it who has waited so long is shed

What would have changed it
  A turn within 700 ms, or a longer queue.timeout (policies may shorten it).
  A higher limit of what was full: exec (4, found by aimd).
`,
    ],
  ],
  vegas: [
    [
      'a limit that nothing has moved yet is the one that was set',
      () => toldBy('vegas').tell({ ...full, queued: 3, oldestWaitMs: 20 }, {}, 'queue_full'),
      `
  When it arrived:
    vegas: no opinion
      inflight.exec was 4, at or over 4 (vegas.initial): the lane exec is as full as it can be without a queue inside the program, and whoever comes waits
      longest wait in the queue (ms) was 20, below 250; at or over it the queue stands: the newest is served first, and nobody waits long
      time to work the queue off (ms) was 0, not over 250; over it the queue stands: the newest is served first, and nobody waits long

What would have changed it
  Fewer than the 3 that waited, or a larger queue.max.
  A higher limit of what was full: exec (4, by vegas.initial).
`,
    ],
    [
      'a probe, and the queue inside the program between alpha and beta',
      () => {
        const told = toldBy('vegas');
        told.serve(64, 10, { inflight: 1 }, { lanes: ['exec'] });
        told.serve(20, 60, { inflight: 4 }, { lanes: ['exec'] });
        return told.tell(
          { lanes: ['exec'], inflight: { exec: 2, forward: 0 }, queued: 3, oldestWaitMs: 20 },
          {},
          'queue_full',
        );
      },
      `
  When it arrived:
    vegas: no opinion
      inflight.exec was 2, at or over 2: the lane exec is half empty for a moment, to see what requests take then, and whoever comes waits
      requests that queued inside the program of the full lane exec was 3.33, not over 3.61 (vegas.beta); over it those are too many, which takes the limit down
      requests that queued inside the program of the full lane exec was 3.33, not below 1.81 (vegas.alpha); below it there is room, which takes a limit that is used up further up
      longest wait in the queue (ms) was 20, below 250; at or over it the queue stands: the newest is served first, and nobody waits long
      time to work the queue off (ms) was 25.13, not over 250; over it the queue stands: the newest is served first, and nobody waits long

What would have changed it
  Fewer than the 3 that waited, or a larger queue.max.
  A higher limit of what was full: exec (2, found by vegas).
`,
    ],
    [
      'a limit that came down by a failure, while the queue stands',
      () => {
        const told = toldBy('vegas');
        told.pass(200);
        told.serve(1, 100, { result: 'failed' });
        return told.tell({ ...full, queued: 9, oldestWaitMs: 900 }, {}, 'queue_timeout');
      },
      `
  When it arrived:
    vegas: no opinion
      inflight.exec was 4, at or over 3: the lane exec is as full as it can be without a queue inside the program, and whoever comes waits
      times that requests in the lane exec have failed since was 1, over 0: failures took the limit down
      queued was 9, over 0: the queue stood and is not empty yet: the newest is served first
      longest wait in the queue (ms) was 900, at or over 50: who has waited so long is shed

What would have changed it
  A turn within 700 ms, or a longer queue.timeout (policies may shorten it).
  A higher limit of what was full: exec (3, found by vegas).
`,
    ],
  ],
  'controlled-delay': [
    [
      'relaxed: how far the wait is from the target, and how long it may be over it',
      () => {
        const told = toldBy('controlled-delay');
        told.serve(10, 100);
        told.tell(waiting);
        told.pass(400);
        return told.tell(waiting);
      },
      `
  When it arrived:
    controlled-delay: no opinion
      inflight.exec was 4, at or over 4 (controlled-delay.at_once): the lane exec is full, and whoever comes waits
      longest wait in the queue (ms) was 200, over 150 (controlled-delay.target): that is longer than the target, which may not last for an interval
      time for which the wait has been longer than the target (ms) was 400, below 1000; at or over it the queue stands: the newest is served first, and nobody waits longer than the target
      time to work the queue off (ms) was 75, not over 1000; over it the queue stands: the newest is served first, and nobody waits longer than the target
      longest wait in the queue (ms) was 200, below 1000; at or over it who has waited so long is shed
  When its turn had come:
    controlled-delay: no opinion
      inflight.exec was 4, at or over 4 (controlled-delay.at_once): the lane exec is full, and whoever comes waits
      longest wait in the queue (ms) was 200, over 150 (controlled-delay.target): that is longer than the target, which may not last for an interval
      time for which the wait has been longer than the target (ms) was 400, below 1000; at or over it the queue stands: the newest is served first, and nobody waits longer than the target
      time to work the queue off (ms) was 75, not over 1000; over it the queue stands: the newest is served first, and nobody waits longer than the target
      longest wait in the queue (ms) was 200, below 1000; at or over it who has waited so long is shed

What would have changed it
  A policy in the chain that names lanes, such as threshold.
`,
    ],
    [
      'congested: whoever has waited longer than the target is shed',
      () => {
        const told = toldBy('controlled-delay');
        told.serve(10, 100);
        told.tell(waiting);
        told.pass(1200);
        return told.tell(waiting, {}, 'queue_timeout');
      },
      `
  When it arrived:
    controlled-delay: no opinion
      inflight.exec was 4, at or over 4 (controlled-delay.at_once): the lane exec is full, and whoever comes waits
      queued was 3, over 0: the queue stood and is not empty yet: the newest is served first, and nobody waits longer than the target
      longest wait in the queue (ms) was 200, at or over 150 (controlled-delay.target): who has waited so long is shed

What would have changed it
  A turn within 700 ms, or a longer queue.timeout (policies may shorten it).
  A higher limit of what was full: exec (4, by controlled-delay.at_once).
`,
    ],
  ],
  'load-guard': [
    [
      'asleep: what would wake it',
      () => toldBy('load-guard').tell({ ...full, running: 3, cpuPressure: 0.4 }),
      `
  When it arrived:
    load-guard: no opinion
      load per processor, smoothed was 0, below 3 (load-guard.arm); at or over it the machine is crowded, which wakes the guard
      share of the time in which tasks wait for processor, memory or disk was 0, below 0.95 (load-guard.pressure); at or over it the machine suffers, which wakes the guard
  When its turn had come:
    load-guard: no opinion
      load per processor, smoothed was 0, below 3 (load-guard.arm); at or over it the machine is crowded, which wakes the guard
      share of the time in which tasks wait for processor, memory or disk was 0, below 0.95 (load-guard.pressure); at or over it the machine suffers, which wakes the guard

What would have changed it
  A policy in the chain that names lanes, such as threshold.
`,
    ],
    [
      'a shed: the arm that woke it, and no place in the lanes nor in the queue',
      () => {
        const told = toldBy('load-guard');
        const over = {
          ...full,
          running: 20,
          cpuPressure: 0.4,
          inflight: { exec: 12, forward: 0 },
          queued: 30,
        };
        told.arrive(500, over);
        return told.tell(over);
      },
      `
  When it arrived:
    load-guard: shed it, over_capacity
      load per processor, smoothed was 10, at or over 3 (load-guard.arm): the machine is crowded, which wakes the guard
      share of the time in which tasks wait for processor, memory or disk was 0.4, below 0.95 (load-guard.pressure); at or over it the machine suffers, which wakes the guard
      requests in flight, all lanes together was 12, at or over 5 (load-guard.gain): no place is free
      queued was 30, at or over 20 (load-guard.queue): as many wait as may, and where no place is free either, one more is shed

What would have changed it
  load per processor, smoothed below 3 instead of 10, or load-guard.arm higher.
  requests in flight, all lanes together below 5 instead of 12, or load-guard.gain higher.
  queued below 20 instead of 30, or load-guard.queue higher.
`,
    ],
    [
      'awake after the load: what keeps it so, and the limits',
      () => {
        const told = toldBy('load-guard');
        told.arrive(500, { ...full, running: 20 });
        told.arrive(300, { ...full, running: 0 });
        return told.tell({ ...full, running: 0 }, {}, 'queue_full');
      },
      `
  When it arrived:
    load-guard: no opinion
      load per processor, smoothed was 0.01, below 3 (load-guard.arm); at or over it the machine is crowded, which wakes the guard
      time since the load was high or somebody had to wait (ms) was 2330, at most 5000 (load-guard.hold): the guard stays awake
      inflight.exec was 4, below 5 (load-guard.gain); at or over it the lane exec is full, and whoever comes waits
      queued was 0, below 20 (load-guard.queue); at or over it as many wait as may, and where no place is free either, one more is shed
      longest wait in the queue (ms) was 0, below 50; at or over it who has waited so long is shed

What would have changed it
  Fewer than the 0 that waited, or a larger queue.max.
`,
    ],
  ],
  pid: [
    [
      'nobody is refused',
      () => toldBy('pid').tell(full),
      `
  When it arrived:
    pid: no opinion
      percent of the visitors that are refused at present was 0, not over 0; over it more visitors come than can be served, and so many of them are refused
      inflight.exec was 4, at or over 4 (pid.at_once): the lane exec is full, and whoever comes waits
  When its turn had come: nothing; no policy of the chain is asked then.

What would have changed it
  A policy in the chain that names lanes, such as threshold.
`,
    ],
    [
      "a shed: the share, the visitor's rank against the cut, and the error",
      () => {
        const told = toldBy('pid');
        floodPid(told);
        return told.tell(flooded, { REMOTE_ADDR: '192.0.2.3' });
      },
      `
  When it arrived:
    pid: shed it, refused_share
      percent of the visitors that are refused at present was 80.74, over 0: more visitors come than can be served, and so many of them are refused
      rank of the visitor by \`keep\` (without a cookie, without a form, address group 1 of 32; 0 is refused first, 127 last) was 1, below 30: all such visitors are refused
      requests that waited, less places that were free was 60, over 8 (pid.queue): too many wait
      requests let in each 100 ms was 1.28, not over 2.49; over it more come in than are done
      error of both together was -0.18, not over 0; over it the refused share grows

What would have changed it
  percent of the visitors that are refused at present not over 0 instead of 80.74.
  rank of the visitor by \`keep\` (without a cookie, without a form, address group 1 of 32; 0 is refused first, 127 last) not below 30 instead of 1.
  requests that waited, less places that were free not over 8 instead of 60, or pid.queue higher.
`,
    ],
    [
      'who sends a cookie and a form is let in',
      () => {
        const told = toldBy('pid');
        floodPid(told);
        const variables = { REMOTE_ADDR: '192.0.2.3', HTTP_COOKIE: 'a=1', REQUEST_METHOD: 'POST' };
        return told.tell(flooded, variables, 'queue_full');
      },
      `
  When it arrived:
    pid: no opinion
      percent of the visitors that are refused at present was 80.74, over 0: more visitors come than can be served, and so many of them are refused
      rank of the visitor by \`keep\` (with a cookie, with a form, address group 1 of 32; 0 is refused first, 127 last) was 97, not below 30; below it all such visitors are refused
      requests that waited, less places that were free was 60, over 8 (pid.queue): too many wait
      requests let in each 100 ms was 1.28, not over 2.49; over it more come in than are done
      error of both together was -0.18, not over 0; over it the refused share grows
      inflight.exec was 4, at or over 4 (pid.at_once): the lane exec is full, and whoever comes waits

What would have changed it
  Fewer than the 60 that waited, or a larger queue.max.
  A higher limit of what was full: exec (4, by pid.at_once).
`,
    ],
  ],
  priority: [
    [
      'the largest class',
      () => toldBy('priority').tell({ queued: 5 }, { HTTP_COOKIE: 'session=1' }, 'queue_full'),
      `
  When it arrived:
    priority: a place in the queue, priority 3
      queued was 5, over 0: requests wait, and the class members has its share: 60 % of the time in slots, and of the places in the queue
      percent guaranteed to the class members (a line of \`classes\`) was 60, at or over 60: the class is the first to get what others leave

What would have changed it
  Fewer than the 5 that waited, or a larger queue.max.
`,
    ],
    [
      'a small class: its share, and who goes before it',
      () => toldBy('priority').tell({ queued: 5 }, { HTTP_USER_AGENT: 'Googlebot' }, 'queue_full'),
      `
  When it arrived:
    priority: a place in the queue, priority 1
      queued was 5, over 0: requests wait, and the class crawlers has its share: 5 % of the time in slots, and of the places in the queue
      percent guaranteed to the class crawlers (a line of \`classes\`) was 5, below 60; at or over it the class is the first to get what others leave (now before it: members, others)

What would have changed it
  Fewer than the 5 that waited, or a larger queue.max.
  percent guaranteed to the class crawlers (a line of \`classes\`) at or over 60 instead of 5.
`,
    ],
    [
      'nobody waits',
      () => toldBy('priority').tell({}),
      `
  When it arrived:
    priority: a place in the queue, priority 2
      queued was 0, not over 0; over it requests wait, and the class others has its share: 35 % of the time in slots, and of the places in the queue
      percent guaranteed to the class others (a line of \`classes\`) was 35, below 60; at or over it the class is the first to get what others leave (now before it: members)
  When its turn had come: nothing; no policy of the chain is asked then.

What would have changed it
  A policy in the chain that names lanes, such as threshold.
`,
    ],
  ],
  fair: [
    [
      'nobody waits',
      () => toldBy('fair').tell({}, SUSPECT),
      `
  When it arrived:
    fair: no opinion
      longest wait in the queue (ms) was 0, not over 5 (fair.wait); over it requests wait, and the level that nobody may be above comes down
  When its turn had come: nothing; no policy of the chain is asked then.

What would have changed it
  A policy in the chain that names lanes, such as threshold.
`,
    ],
    [
      'a shed: the range that the visitor was counted in, and its count against the level',
      () => {
        const told = toldBy('fair');
        told.arrive(300, {}, { REMOTE_ADDR: '192.0.2.1' });
        told.arrive(300, { queued: 5, oldestWaitMs: 500 }, { REMOTE_ADDR: '2001:db8:1:2::7' });
        return told.tell({ queued: 5, oldestWaitMs: 500 }, SUSPECT);
      },
      `
  When it arrived:
    fair: shed it, over_fair_share
      longest wait in the queue (ms) was 500, over 5 (fair.wait): requests wait, and the level that nobody may be above comes down
      queued was 5, over 0: there is no room, and whoever is above the level is shed
      requests that the visitor has had lately (counted as 192.0.2.0/24) was 220.09, at or over 10 (fair.allowance): the visitor is above the level, with more than a fair share

What would have changed it
  longest wait in the queue (ms) not over 5 instead of 500, or fair.wait higher.
  queued not over 0 instead of 5.
  requests that the visitor has had lately (counted as 192.0.2.0/24) below 10 instead of 220.09, or fair.allowance higher.
`,
    ],
    [
      'a light visitor at the same time',
      () => {
        const told = toldBy('fair');
        told.arrive(300, {}, { REMOTE_ADDR: '192.0.2.1' });
        told.arrive(300, { queued: 5, oldestWaitMs: 500 }, { REMOTE_ADDR: '192.0.2.1' });
        return told.tell({ queued: 5, oldestWaitMs: 500 }, { REMOTE_ADDR: '2001:db8:1:2::7' }, 'queue_full');
      },
      `
  When it arrived:
    fair: no opinion
      longest wait in the queue (ms) was 500, over 5 (fair.wait): requests wait, and the level that nobody may be above comes down
      queued was 5, over 0: there is no room, and whoever is above the level is shed
      requests that the visitor has had lately (counted as 2001:db8:1::/56) was 0, below 10 (fair.allowance); at or over it the visitor is above the level, with more than a fair share

What would have changed it
  Fewer than the 5 that waited, or a larger queue.max.
`,
    ],
  ],
};

for (const [policy, its] of Object.entries(cases))
  describe(`spillway explain with ${policy}:`, () => {
    test.each(its)('%s', (_title, tell, expected) => {
      expect(tell().trim()).toBe(expected.trim());
    });
  });

describe('fair says whom a visitor is counted with:', () => {
  const crowded = { queued: 5, oldestWaitMs: 500 };
  test.each([
    [{}, { REMOTE_ADDR: '192.0.2.77' }, 'counted as 192.0.2.0/24'],
    [{ ipv4_prefix: 20 }, { REMOTE_ADDR: '192.0.31.77' }, 'counted as 192.0.16.0/20'],
    [{ ipv4_prefix: 32 }, { REMOTE_ADDR: '192.0.2.77' }, 'counted as 192.0.2.77/32'],
    [{}, { REMOTE_ADDR: '2001:db8:1:2ff::7' }, 'counted as 2001:db8:1:200::/56'],
    [{ ipv6_prefix: 128 }, { REMOTE_ADDR: '2001:db8::7' }, 'counted as 2001:db8:0:0:0:0:0:7/128'],
    [{ by: 'REMOTE_USER' }, { REMOTE_USER: 'ann' }, 'counted as ann'],
    // What may be a secret is not written down.
    [{ by: 'HTTP_X_KEY' }, { HTTP_X_KEY: 'hush' }, 'counted as who has the same HTTP_X_KEY'],
  ])('%o %o', (parameters, variables, words) => {
    const told = toldBy('fair', parameters);
    told.arrive(300, {}, variables);
    const text = told.tell(crowded, variables);
    expect(text).toContain(`(${words})`);
    expect(text).not.toContain('hush');
  });

  test('and nothing of a visitor whom nothing tells apart', () => {
    const told = toldBy('fair');
    told.arrive(300, crowded, { REMOTE_ADDR: '192.0.2.1' });
    expect(told.tell(crowded, {})).not.toMatch(/counted as|had lately/);
  });
});
