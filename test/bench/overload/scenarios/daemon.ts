import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { familyOf } from '../../peers/process-table.ts';
import { compileFixture } from '../compile-fixture.ts';
import { readDaemonLife } from '../daemon-life.ts';
import { type DaemonSeen, daemonOutcome } from '../daemon-outcome.ts';
import { type OverloadPeer, spillwayCommand, spillwayPeer } from '../overload-peers.ts';
import type { RunningPeer } from '../running-peer.ts';
import type { Scenario } from '../scenario.ts';
import type { ServiceTime } from '../service-time.ts';
import { untilQuiet } from '../until-quiet.ts';

const PATH = '/burn';
const SERVICE: ServiceTime = { kind: 'constant', ms: 12 };
const DAEMON_SERVICE_MS = 2;
const BOOT_MS = 300;
const QUIET_SHARE = 0.3;
const FLOOD_SHARE = 5;
const BEFORE_MS = 3000;
const AFTER_MS = 3000;
/** Another process of this machine may make it busy before the step: then nothing can be said about the step. */
const MOST_TRIES = 3;
/** For that to end. */
const LONGEST_WAIT_MS = 180_000;
/** The default is five minutes. */
const IDLE_MS = 2000;
/** Retirement looks at the daemon now and then, and lets it end in peace. */
const RETIRE_SLACK_MS = 5000;

/**
 * A step from quiet to a flood that only the daemon can bear, quiet again, and then nobody. No other server has both lanes, so
 * Spillway is alone.
 */
export const daemon: Scenario = {
  name: 'daemon',
  about: `the program burns 12 ms, as a daemon ${DAEMON_SERVICE_MS} ms, which needs ${BOOT_MS} ms to boot; from ${QUIET_SHARE} to ${FLOOD_SHARE} times the capacity of the program and back; \`idle_timeout: ${IDLE_MS / 1000}s\`, else nothing set`,
  async run({ peers, program, floodMs, start, print, folder }) {
    if (!peers.includes(spillwayPeer)) return { table: 'Spillway is not measured.\n', aims: [], capacity: 0 };
    const site = { program, paths: [PATH] };
    const single = await start(spillwayPeer, site);
    const capacity = await single.capacity(PATH, SERVICE, 4, floodMs).finally(() => single.stop());

    const peer = withDaemon(compileFixture('fixtures/burn-daemon.c', join(folder(), 'burn-daemon')));
    for (let tries = 1; ; tries += 1) {
      const running = await start(peer, site);
      await untilQuiet(LONGEST_WAIT_MS);
      const seen = await step(running, capacity, floodMs).finally(() => running.stop());
      const { life, flood } = seen;
      print(
        `  ${peer.name}: ${flood.good.toFixed(0)} good of ${flood.offered.toFixed(0)} a second, p99 ${flood.p99?.toFixed(0) ?? '-'} ms, ${life.starts} starts`,
      );
      if (tries === MOST_TRIES || !(life.startedMs !== undefined && life.startedMs < flood.beganMs))
        return { ...daemonOutcome(seen), capacity };
      print(
        `  asked for before the step: it was not quiet (load average ${loadavg()[0]?.toFixed(1)}); once more`,
      );
    }
  },
};

/** Quiet, flood, quiet, and then nobody until the daemon is gone or should be. */
async function step(running: RunningPeer, capacity: number, floodMs: number): Promise<DaemonSeen> {
  const phases = [
    { rate: QUIET_SHARE * capacity, durationMs: BEFORE_MS },
    { rate: FLOOD_SHARE * capacity, durationMs: floodMs },
    { rate: QUIET_SHARE * capacity, durationMs: AFTER_MS },
  ];
  // Who asked first whether the gateway is there may have had the daemon started.
  await untilAlone(running, Date.now() + IDLE_MS + RETIRE_SLACK_MS);
  const fromMs = Date.now();
  const reports = await running.offer({
    seed: 1,
    streams: [{ path: PATH, service: SERVICE, retries: false, phases }],
  });
  const [, flood, after] = reports[0] ?? [];
  if (flood === undefined || after === undefined) throw new Error('a phase is missing');
  const overMs = after.beganMs + AFTER_MS;
  const deadlineMs = overMs + IDLE_MS + RETIRE_SLACK_MS;
  const resident = await untilAlone(running, deadlineMs);
  const read = async () => readDaemonLife(await Bun.file(running.log).text(), fromMs);
  let life = await read();
  // The gateway says so after the last process has gone.
  for (; life.starts > life.retirements && Date.now() < deadlineMs; life = await read()) await Bun.sleep(50);
  return { life, flood, after, overMs, resident, allowedMs: IDLE_MS + RETIRE_SLACK_MS };
}

function withDaemon(daemonProgram: string): OverloadPeer {
  return {
    name: 'Spillway, both lanes',
    missing: undefined,
    prepare(folder, port, { program }) {
      const socket = join(folder, 'burn.sock');
      const command = [daemonProgram, socket, BOOT_MS, DAEMON_SERVICE_MS, availableParallelism()];
      writeFileSync(
        join(folder, 'spillway.yaml'),
        `listen: [ { http: 127.0.0.1:${port} } ]
log: { access: false, format: json }
applications:
  burn:
    at: ${PATH}
    cgi: { program: ${program} }
    scgi:
      address: unix:${socket}
      daemon: { command: [ ${command.map((word) => `"${word}"`).join(', ')} ], idle_timeout: ${IDLE_MS}ms }
`,
      );
      return [spillwayCommand(folder)];
    },
  };
}

/** Resolves when nothing that was started here runs but the gateway, or at the deadline (milliseconds since 1970). Gives how many do. */
async function untilAlone(running: RunningPeer, deadlineMs: number): Promise<number> {
  for (;;) {
    // Of all that are ours, since whoever has lost its parent is adopted by this process.
    const resident = familyOf([process.pid]).filter(
      ({ pid, ended }) => !ended && pid !== process.pid && !running.pids.includes(pid),
    ).length;
    if (resident === 0 || Date.now() > deadlineMs) return resident;
    await Bun.sleep(100);
  }
}
