import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../src/core/random.ts';
import { RunningSpillway } from '../e2e/running-spillway.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { descriptorsOf, processesWith, residentBytes, zombiesOf } from './process-facts.ts';
import { SoakTally } from './soak-tally.ts';
import { Visitor } from './visitor.ts';

export interface SoakOptions {
  readonly seconds: number;
  readonly visitors: number;
  /** The visitors' requests follow from it; when they come does not. */
  readonly seed: number;
  /** Sends SIGHUP every few seconds. */
  readonly reload: boolean;
  readonly say: (line: string) => void;
}

const application = join(import.meta.dirname, 'fixtures/application.ts');
/** The first part of the time: what is kept for good is there after it. */
const warmUpShare = 0.3;
/** Memory may grow by this and this share: the garbage collector's reserves differ from moment to moment. */
const memoryRoom = { bytes: 48 << 20, share: 0.35 };
const daemonLifeMs = 1500;
const reloadEveryMs = 3000;

/** Bun closes the memory file of a program's small body when the garbage collector finds it. */
const mostUncollected = 100;

interface Quiet {
  readonly memory: number;
  readonly descriptors: readonly string[];
}

/** Returns the number of breaches. */
export async function runSoak({ seconds, visitors, seed, reload, say }: SoakOptions): Promise<number> {
  const tally = new SoakTally();
  const folder = prepare();
  const running = await RunningSpillway.startWhole(folder, configuration());
  const random = seededRandom(seed);
  const crowd = Array.from(
    { length: visitors },
    (_, index) => new Visitor(running.port, `v${index}`, seededRandom(seed * 1000 + index), tally),
  );
  const load = async (loadMs: number): Promise<Quiet> => {
    const end = performance.now() + loadMs;
    const going = () => performance.now() < end && tally.breaches.length === 0;
    const visit = async (visitor: Visitor): Promise<void> => {
      while (going()) await visitor.visit();
    };
    await Promise.all([
      ...crowd.map(visit),
      killDaemons(folder, random, going),
      ...(reload ? [sendHangUps(running.pid, going)] : []),
    ]);
    return await quiet(running, tally);
  };
  const warm = await load(seconds * 1000 * warmUpShare);
  say(`after the warm-up: ${describe(warm)}`);
  const last = await load(seconds * 1000 * (1 - warmUpShare));
  say(`at the end: ${describe(last)}`);

  const most = warm.memory * (1 + memoryRoom.share) + memoryRoom.bytes;
  if (last.memory > most)
    tally.breach(`memory grew from ${mebibytes(warm.memory)} to ${mebibytes(last.memory)}`);
  if (kept(last).join() !== kept(warm).join())
    tally.breach(`descriptors were [${warm.descriptors}], are [${last.descriptors}]`);
  const uncollected = last.descriptors.length - kept(last).length;
  if (uncollected > mostUncollected)
    tally.breach(`${uncollected} bodies of programs that have ended are still open`);
  lookAtRuns(folder, tally);
  const left = readdirSync(join(folder, 'tmp'));
  if (left.length > 0) tally.breach(`files left in the temporary folder: ${left.slice(0, 5)}`);
  const faults = running.log.filter(({ event }) => event === 'internal-fault');
  if (faults.length > 0) tally.breach(`${faults.length} internal faults: ${JSON.stringify(faults[0])}`);
  const code = await running.stop();
  if (code !== 0) tally.breach(`the gateway ended with ${code}: ${running.stderr.slice(0, 2000)}`);
  const orphans = processesWith(folder);
  if (orphans.length > 0) tally.breach(`processes left behind: ${orphans}`);
  say(`${readFileSync('/proc/loadavg', 'latin1').split(' ')[0]} load average; seed ${seed}`);
  say(tally.toString());
  return tally.breaches.length;
}

function prepare(): string {
  const folder = RunningSpillway.folder();
  for (const name of ['notes', 'tmp']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'daemons'), '');
  writeFileSync(join(folder, 'app.cgi'), `#!/bin/sh\nexec ${process.execPath} ${application}\n`, {
    mode: 0o755,
  });
  // Where the gateway makes the files of large bodies.
  process.env.TMPDIR = join(folder, 'tmp');
  return folder;
}

function configuration(): string {
  const scgi = (name: string) =>
    `scgi: { address: unix:./${name}.sock, daemon: { command: [${process.execPath}, ${application}, ./${name}.sock], idle_timeout: 1s } }`;
  const environment = 'environment: { NOTES: ./notes }';
  return `listen: [ { http: 127.0.0.1:0 } ]
admin: 127.0.0.1:0
log: { format: json, access: false }
applications:
  exec: { at: /exec, cgi: { program: ./app.cgi }, policies: [ { fixed: { exec: 6 } } ], ${environment} }
  forward: { at: /forward, ${scgi('forward')}, policies: [ fixed ], ${environment} }
  both: { at: /both, cgi: { program: ./app.cgi }, ${scgi('both')}, ${environment} }
`;
}

async function killDaemons(folder: string, random: Random, going: () => boolean): Promise<void> {
  while (going()) {
    await Bun.sleep(daemonLifeMs * (0.2 + random()));
    const pid = Number(readFileSync(join(folder, 'daemons'), 'latin1').trim().split('\n').at(-1));
    try {
      // Its number may be another's by now.
      if (pid > 0 && processesWith(folder).includes(pid)) process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

async function sendHangUps(pid: number, going: () => boolean): Promise<void> {
  while (going()) {
    await Bun.sleep(reloadEveryMs);
    process.kill(pid, 'SIGHUP');
  }
}

/** Waits until nothing is under way, and looks at what the gateway holds then. */
async function quiet(running: RunningSpillway, tally: SoakTally): Promise<Quiet> {
  const deadline = performance.now() + 20_000;
  const nothing = async (): Promise<boolean> => {
    const metrics = await (
      await fetch(`${running.adminAddress}/metrics`, { headers: { connection: 'close' } })
    ).text();
    const busy = metrics
      .split('\n')
      .filter((line) =>
        /^spillway_(inflight|queue_length|http_connections)\{|^spillway_daemon_state\{.*state="(up|starting)"/.test(
          line,
        ),
      )
      .filter((line) => !line.endsWith(' 0'));
    if (busy.length > 0 && performance.now() > deadline) {
      tally.breach(`20 s after the last request there is still: ${busy}`);
      return true;
    }
    return busy.length === 0;
  };
  while (!(await nothing())) await Bun.sleep(100);
  await Bun.sleep(1000);
  const zombies = zombiesOf(running.pid);
  if (zombies.length > 0) tally.breach(`zombies: ${zombies}`);
  return { memory: residentBytes(running.pid), descriptors: descriptorsOf(running.pid) };
}

/** Nothing ran twice; what was answered ran. */
function lookAtRuns(folder: string, tally: SoakTally): void {
  for (const id of readdirSync(join(folder, 'notes'))) {
    const { size } = statSync(join(folder, 'notes', id));
    // A daemon that was killed may have made the file and no more.
    if (size > 1) tally.breach(`${id} ran ${size} times`);
    if (size > 0) tally.answered.delete(id);
  }
  for (const id of tally.answered) tally.breach(`${id} was answered and never ran`);
}

function kept({ descriptors }: Quiet): readonly string[] {
  return descriptors.filter((kind) => !kind.startsWith('/memfd:'));
}

function describe({ memory, descriptors }: Quiet): string {
  return `${mebibytes(memory)} of resident memory, ${descriptors.length} descriptors`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
