import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { peer } from '../support/peer.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

const bin = join(import.meta.dirname, '../../bin/spillway');
const script = peer('script', 'script');

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

/** Sheds whoever has a field `X-Weight` of `most` or more, and counts what it has seen. */
const picky = (name: string, more = '') => `export default {
  name: '${name}',
  when: 'A test.',
  source: 'Our own.',
  parameters: {
    most: { kind: 'integer', default: 5, minimum: 0, maximum: 100, unit: 'stones', meaning: 'A test.' },
    patience: { kind: 'duration', default: 1000, meaning: 'A test.' },
  },
  signals: [],
  reasons: ['heavy'],
  create({ parameters: { most }, saved }) {
    let seen = typeof saved === 'number' ? saved : 0;
    const weight = (view) => Number(view.meta('HTTP_X_WEIGHT') ?? 0);
    return {
      arrive(view) {
        seen += 1;
        ${more}
        return weight(view) >= most ? { shed: 'heavy', retryAfterMs: 2000 } : undefined;
      },
      explain: (view) => [
        { signal: 'weight', value: weight(view), comparison: '>=', threshold: most, parameter: 'most', means: 'it is too heavy' },
        { signal: 'seen', value: seen, comparison: '>=', threshold: 1, means: 'somebody came' },
      ],
      snapshot: () => seen,
    };
  },
};
`;

async function start(configuration: string, more = ''): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  writeFileSync(join(folder, 'say.cgi'), '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\nsaid"\n', {
    mode: 0o755,
  });
  writeFileSync(join(folder, 'picky.js'), picky('picky'));
  writeFileSync(join(folder, 'stricter.js'), picky('stricter', more));
  gateway = await RunningSpillway.start(folder, configuration);
  return gateway;
}

const wiki = (keys: string) => `control: { socket: ./control }
applications:
  wiki: { at: /wiki, cgi: { program: ./say.cgi }, ${keys} }
`;

function visit(running: RunningSpillway, weight: number, id?: string): Promise<Response> {
  const headers = { 'X-Weight': String(weight), ...(id !== undefined && { 'X-Request-Id': id }) };
  return fetch(`${running.address}/wiki/page?secret=1`, { headers });
}

function spillway(running: RunningSpillway, ...args: string[]): Promise<CommandResult> {
  return runCommand(bin, args, { cwd: running.folder });
}

describe('a shadow', () => {
  const shadow = 'spillway_shadow_decisions_total';

  test('decides beside the live policies on the same traffic and touches nothing; pairs of lanes are counted', async () => {
    const running = await start(
      wiki('policies: [ ./picky.js, fixed ], shadow: [ { ./stricter.js: { most: 3 } }, fixed ]'),
    );
    const statuses = [];
    for (const weight of [0, 1, 3, 4, 9]) statuses.push((await visit(running, weight)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 503]);
    const labels = (live: string, other: string) => [`live_lane="${live}"`, `shadow_lane="${other}"`];
    await running.until(async () => (await running.metric(shadow)) === 5);
    expect(await running.metric(shadow, ...labels('exec', 'exec'))).toBe(2);
    expect(await running.metric(shadow, 'policy="stricter"', ...labels('exec', 'shed'))).toBe(2);
    expect(await running.metric(shadow, 'policy="stricter"', ...labels('shed', 'shed'))).toBe(1);
    // Of the live decisions none is the shadow's.
    expect(await running.metric('spillway_decisions_total', 'policy="stricter"')).toBe(0);
  });

  test('that is faulty costs nobody anything', async () => {
    const running = await start(
      wiki('policies: [ fixed ], shadow: [ ./stricter.js ]'),
      "if (view.meta('REMOTE_ADDR') !== '192.0.2.1') throw new Error('broken');",
    );
    for (let one = 0; one < 3; one += 1) expect((await visit(running, 9)).status).toBe(200);
    await running.until(
      async () => (await running.metric('spillway_shadow_faults_total', 'policy="stricter"')) === 3,
    );
    expect(await running.metric('spillway_policy_faults_total')).toBe(0);
    const told = () => running.log.filter(({ event }) => event === 'shadow-fault');
    await running.until(() => told().length > 0);
    expect((await visit(running, 9)).status).toBe(200);
    expect(told()).toHaveLength(1);
  });
});

test('with `dry_run: true` a policy sheds nobody, and what it would have shed is counted', async () => {
  const running = await start(wiki('policies: [ { ./picky.js: { dry_run: true } }, fixed ]'));
  for (const weight of [1, 9, 9]) expect((await visit(running, weight)).status).toBe(200);
  const sheds = 'spillway_dry_run_sheds_total';
  expect(await running.metric(sheds, 'application="wiki"', 'policy="picky"', 'reason="heavy"')).toBe(2);
  expect(await running.metric('spillway_decisions_total', 'lane="shed"')).toBe(0);
});

describe('`spillway explain`', () => {
  const chain = 'policies: [ ./picky.js, fixed ]';
  const isTold = [
    /^Request r-1 \(GET \/wiki\/page/,
    /shed .* come back after 2 s/,
    /The policy picky decided that, with the reason heavy\./,
    /weight was 9, at or over 5 \(picky\.most\): it is too heavy/,
    /weight below 5 instead of 9, or picky\.most higher\./,
    /in the lane exec 0 requests of at most 8/,
  ];

  test('tells from the memory of the gateway who decided, on what, against what, and what would have changed it', async () => {
    const running = await start(`explain: { keep: 2, retention: 10m }\n${wiki(chain)}`);
    await visit(running, 9, 'r-1');
    const told = await spillway(running, 'explain', 'r-1');
    expect(told.code).toBe(0);
    for (const sentence of isTold) expect(told.output).toMatch(sentence);
    expect(told.output).not.toContain('secret');

    await visit(running, 1, 'r-2');
    await visit(running, 1, 'r-3');
    const second = await spillway(running, 'explain', 'r-2');
    expect(second.output).toMatch(/went to the lane exec, where it took .* and was served/);
    const lost = await spillway(running, 'explain', 'r-1');
    expect(lost.code).toBe(1);
    expect(lost.output).toMatch(/not among the last 2 decisions of the last 10m/);
    expect(lost.output).toMatch(/the decision log: none is configured/);
  });

  test('tells the same from the decision log: the configured one, or another by --log', async () => {
    const running = await start(`decision_log: { file: ./decisions.ndjson }\n${wiki(chain)}`);
    await visit(running, 9, 'r-1');
    let told: CommandResult = { code: null, output: '' };
    await running.until(async () => {
      told = await spillway(running, 'explain', 'r-1');
      return told.code === 0;
    });
    for (const sentence of isTold) expect(told.output).toMatch(sentence);
    const byFile = await spillway(running, 'explain', 'r-1', '--log', 'decisions.ndjson');
    expect(byFile).toEqual(told);
    const other = await spillway(running, 'explain', 'r-9', '--log', 'decisions.ndjson');
    expect(other.code).toBe(1);
    expect(other.output).toMatch(/not in decisions\.ndjson, nor in what was put aside/);
  });

  test('tells of our policies the class of the visitor and the limits that were compared', async () => {
    const running = await start(`explain: {}\n${wiki('policies: [ priority, fair, pid, aimd, fixed ]')}`);
    expect((await visit(running, 1, 'r-1')).status).toBe(200);
    let told = '';
    await running.until(async () => {
      const { code, output } = await spillway(running, 'explain', 'r-1');
      told = output;
      return code === 0;
    });
    for (const sentence of [
      /priority: a place in the queue, priority \d\n +queued was 0, not over 0; over it .* the class others has its share: 35 %/,
      /fair: no opinion\n +longest wait in the queue \(ms\) was 0, not over 5 \(fair\.wait\)/,
      /pid: no opinion\n +percent of the visitors that are refused at present was 0, not over 0;/,
      /aimd: no opinion\n +inflight\.exec was 0, below \d+ \(aimd\.initial\);/,
    ])
      expect(told).toMatch(sentence);
  });

  test('keeps nothing where nobody asked for it', async () => {
    const running = await start(wiki(chain));
    await visit(running, 9, 'r-1');
    expect((await spillway(running, 'explain', 'r-1')).output).toMatch(
      /keeps no decisions: set `explain: \{\}`/,
    );
  });
});

describe('`Spillway-Decision`', () => {
  test('is in the answers to trusted addresses: pages of ours and of the application', async () => {
    const running = await start(
      `explain: { to: [ 127.0.0.0/8 ] }\n${wiki('policies: [ ./picky.js, fixed ]')}`,
    );
    const shed = (await visit(running, 9)).headers.get('Spillway-Decision');
    expect(shed).toMatch(/^shed;policy="picky";reason="heavy";wait_ms=0;inflight=0;queued=0;/);
    const served = (await visit(running, 1)).headers.get('Spillway-Decision');
    expect(served).toMatch(
      /^exec;policy="default";reason="no_opinion";wait_ms=[\d.]+;inflight=1;limit=8;queued=0;/,
    );
  });

  test.each([
    ['nobody is trusted', ''],
    ['somebody else is', 'explain: { to: [ 192.0.2.0/24 ] }\n'],
  ])('is not where %s', async (_why, explain) => {
    const running = await start(`${explain}${wiki('policies: [ ./picky.js, fixed ]')}`);
    for (const weight of [1, 9])
      expect((await visit(running, weight)).headers.has('Spillway-Decision')).toBe(false);
  });
});

describe('`spillway set`', () => {
  const chain = 'policies: [ ./picky.js, fixed ]';

  test('gives a parameter another value for a while: logged, in the metrics, and undone by itself', async () => {
    const running = await start(`explain: {}\n${wiki(chain)}`);
    expect((await visit(running, 7)).status).toBe(503);
    const set = await spillway(running, 'set', 'wiki', 'picky.most=8');
    expect(set.output).toMatch(/^picky\.most of wiki is 8 for 10m, until .*; before it was 5\n$/);
    expect((await visit(running, 7, 'r-1')).status).toBe(200);
    const labels = ['application="wiki"', 'policy="picky"', 'parameter="most"'];
    expect(await running.metric('spillway_parameter_overrides', ...labels)).toBeGreaterThan(0);
    expect(await running.metric('spillway_policy_parameter', ...labels)).toBe(8);
    expect((await spillway(running, 'top')).output).toMatch(
      /wiki {2}picky\.most=8 {2}(9 min \d+ s|10 min 0 s) left/,
    );
    // What was learned is carried over: it has seen the request before.
    expect((await spillway(running, 'explain', 'r-1')).output).toMatch(/seen was 2,/);
    // Set again, it lasts as long as was said last.
    await spillway(running, 'set', 'wiki', 'picky.most=9', '--for', '1s');
    await running.until(async () => (await visit(running, 7)).status === 503);
    expect(await running.metric('spillway_parameter_overrides')).toBe(0);
    expect(await running.metric('spillway_policy_parameter', ...labels)).toBe(5);
    const told = () => running.log.filter(({ event }) => String(event).startsWith('parameter-'));
    await running.until(() => told().length === 3);
    const which = { application: 'wiki', policy: 'picky', parameter: 'most' };
    expect(told()).toMatchObject([
      { event: 'parameter-set', ...which, value: 8, was: 5, for: '10m' },
      { event: 'parameter-set', ...which, value: 9, was: 8, for: '1s' },
      { event: 'parameter-restored', ...which, by: 'time' },
    ]);
  });

  test('lies over the configuration: a reload keeps it', async () => {
    const running = await start(wiki(chain));
    await spillway(running, 'set', 'wiki', 'picky.most=8');
    expect((await spillway(running, 'reload')).code).toBe(0);
    expect((await visit(running, 7)).status).toBe(200);
  });

  const which = (parameter: string) => ({ application: 'wiki', policy: 'picky', parameter });

  test('takes it back before its time: at once, logged, and gone from the metrics', async () => {
    const running = await start(wiki(chain));
    await spillway(running, 'set', 'wiki', 'picky.most=8');
    await spillway(running, 'set', 'wiki', 'picky.patience=5s', '--for', '20m');
    expect((await visit(running, 7)).status).toBe(200);
    const undone = await spillway(running, 'set', 'wiki', 'picky.most', '--undo');
    expect(undone.code).toBe(0);
    expect(undone.output).toMatch(
      /^picky\.most of wiki is 5 again; it would have been 8 for (10m|5\d\ds) more\n$/,
    );
    expect((await visit(running, 7)).status).toBe(503);
    const most = ['application="wiki"', 'policy="picky"', 'parameter="most"'];
    expect(await running.admin('/metrics')).not.toMatch(/spillway_parameter_overrides\{[^}]*"most"/);
    expect(await running.metric('spillway_policy_parameter', ...most)).toBe(5);
    expect(await running.metric('spillway_parameter_overrides', 'parameter="patience"')).toBeGreaterThan(600);
    await running.until(() => running.log.some(({ event }) => event === 'parameter-restored'));
    expect(running.log.find(({ event }) => event === 'parameter-restored')).toMatchObject({
      ...which('most'),
      by: 'operator',
    });
  });

  test('takes back all of an application', async () => {
    const running = await start(wiki(chain));
    await spillway(running, 'set', 'wiki', 'picky.most=8');
    await spillway(running, 'set', 'wiki', 'picky.patience=5s');
    const undone = await spillway(running, 'set', 'wiki', '--undo');
    expect(undone).toMatchObject({ code: 0 });
    expect(undone.output).toMatch(
      /^picky\.most of wiki is 5 again; .*\npicky\.patience of wiki is 1s again; .*\n$/,
    );
    expect(await running.metric('spillway_parameter_overrides')).toBe(0);
    expect((await visit(running, 7)).status).toBe(503);
  });

  test('without a value lists what is set, and when it ends', async () => {
    const running = await start(wiki(chain));
    for (const args of [[], ['--list'], ['wiki']])
      expect((await spillway(running, 'set', ...args)).output).toMatch(
        /^nothing (of wiki )?is set for a while\n$/,
      );
    await spillway(running, 'set', 'wiki', 'picky.most=8');
    for (const args of [[], ['--list'], ['wiki']])
      expect((await spillway(running, 'set', ...args)).output).toMatch(
        /^wiki {2}picky\.most=8 {2}(10m|5\d\ds) left, until \d{4}-\d\d-\d\dT[\d:.]+Z\n$/,
      );
  });

  test.each([
    [
      'what is not set',
      ['wiki', 'picky.patience', '--undo'],
      /expected a parameter of wiki that is set for a while \(picky\.most\), found picky\.patience/,
    ],
    [
      'another application',
      ['blog', '--undo'],
      /expected an application of which something is set for a while \(wiki\), found blog/,
    ],
    [
      'a value',
      ['wiki', 'picky.most=5', '--undo'],
      /expected POLICY\.PARAMETER without a value to take back, found picky\.most=5/,
    ],
    [
      'half a name',
      ['wiki', 'picky', '--undo'],
      /expected POLICY\.PARAMETER, such as threshold\.shed, found picky/,
    ],
    ['nothing', ['--undo'], /expected the APPLICATION of which to take it back, found none/],
  ])('does not take back %s, and changes nothing', async (_what, args, message) => {
    const running = await start(wiki(chain));
    await spillway(running, 'set', 'wiki', 'picky.most=8');
    const refused = await spillway(running, 'set', ...args);
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(message);
    expect((await visit(running, 7)).status).toBe(200);
    expect(await running.metric('spillway_parameter_overrides')).toBeGreaterThan(0);
  });

  test('refuses a value with which a policy never comes back, and everybody is served meanwhile', async () => {
    const running = await start(wiki('policies: [ ./stricter.js, fixed ]'), 'while (most === 99) {}');
    const refused = spillway(running, 'set', 'wiki', 'stricter.most=99');
    let served = 0;
    let ended = false;
    void refused.finally(() => {
      ended = true;
    });
    await running.until(async () => {
      expect((await visit(running, 1)).status).toBe(200);
      served += 1;
      return ended;
    });
    expect((await refused).output).toMatch(/expected `arrive` to end within 2s.*\[policy\/endless\]/);
    expect(served).toBeGreaterThan(5);
    // What is set over it counts at a reload as well: it is what would be in force.
    await spillway(running, 'set', 'wiki', 'stricter.most=98');
    const file = join(running.folder, 'stricter.js');
    writeFileSync(file, picky('stricter', 'while (most === 98) {}'));
    const reload = await spillway(running, 'reload');
    expect(reload.code).toBe(1);
    expect(reload.output).toMatch(
      /`arrive` to end within 2s.*, with what is set of wiki for a while \[policy\/endless\]/,
    );
    expect((await visit(running, 1)).status).toBe(200);
  });

  test.each([
    ['another application', ['blog', 'picky.most=8'], /expected an application \(wiki\), found blog/],
    ['another policy', ['wiki', 'pikcy.most=8'], /\(picky, fixed\) \(did you mean picky\?\), found pikcy/],
    ['another parameter', ['wiki', 'picky.mots=8'], /\(most, patience\).*, found mots/],
    [
      'a value beyond its bounds',
      ['wiki', 'picky.most=101'],
      /expected a whole number \(stones\) from 0 to 100/,
    ],
    ['a duration without its unit', ['wiki', 'picky.patience=5'], /expected a duration such as 250ms/],
    ['no value', ['wiki', 'picky.most'], /expected POLICY\.PARAMETER=VALUE/],
    ['for ever', ['wiki', 'picky.most=8', '--for', '48h'], /expected a time from 1s to 24h/],
  ])('refuses %s, and changes nothing', async (_what, args, message) => {
    const running = await start(wiki(chain));
    const refused = await spillway(running, 'set', ...args);
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(message);
    expect(await running.metric('spillway_parameter_overrides')).toBe(0);
    expect((await visit(running, 7)).status).toBe(503);
  });
});

describe('`spillway top`', () => {
  test('without a terminal is one look in plain lines', async () => {
    const running = await start(wiki('policies: [ ./picky.js, fixed ]'));
    await visit(running, 9);
    const { code, output } = await spillway(running, 'top');
    expect(code).toBe(0);
    expect(output).toMatch(/^Spillway \S+ {2}ready {2}up \d+ s\nload [\d.]+ on/);
    expect(output).toMatch(/^wiki +exec +0 +8 +0 +0\/512 +0 s/m);
    expect(output).toMatch(/shedding-began {2}wiki {2}policy=picky {2}reason=heavy/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none of them is there is the point
    expect(output).not.toMatch(/\x1b/);
  });

  test.skipIf(!script.available)('in a terminal stays until q', async () => {
    const running = await start(wiki('policies: [ ./picky.js, fixed ]'));
    const seen = await runCommand(
      '/bin/sh',
      [
        '-c',
        `(sleep 3; printf q) | exec ${script.path} -qec "stty cols 90 rows 20; ${bin} top ${join(running.folder, 'spillway.yaml')}" /dev/null`,
      ],
      { cwd: running.folder, env: { TERM: 'xterm' } },
    );
    expect(seen.code).toBe(0);
    expect(seen.output).toContain('APPLICATION');
    expect(seen.output).toMatch(/wiki +exec/);
    expect(seen.output).toContain('q ends it');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is a terminal
    expect(seen.output).toMatch(/\x1b\[/);
  });

  test('says where nobody answers', async () => {
    const running = await start(wiki('policies: [ fixed ]'));
    writeFileSync(join(running.folder, 'other.yaml'), 'control: { socket: ./nobody }\n');
    const { code, output } = await spillway(running, 'top', 'other.yaml');
    expect(code).toBe(1);
    expect(output).toMatch(/expected a running gateway at .*nobody/);
  });
});
