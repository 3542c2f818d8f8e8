import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Processes that a test has left behind, such as keepers and daemons: those that name its folder in their command or work in it. */
function processesIn(folder: string): number[] {
  const found: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      if (command.includes(folder) || readlinkSync(`/proc/${name}/cwd`).startsWith(folder))
        found.push(Number(name));
    } catch {
      // Gone meanwhile.
    }
  }
  return found;
}

/** Ends what a test has left in its folder, which nobody else has. Resolves when nothing is there any more. */
export async function endProcessesIn(folder: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (let left = processesIn(folder); left.length > 0; left = processesIn(folder)) {
    if (Date.now() > deadline) throw new Error(`processes that do not end: ${left.join(', ')}`);
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone meanwhile.
      }
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}
