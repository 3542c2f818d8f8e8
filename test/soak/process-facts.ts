import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Bytes of resident memory. */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;
}

/** What each open descriptor of a process is, by kind. */
export function descriptorsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const kinds: string[] = [];
  for (const name of readdirSync(folder)) {
    try {
      kinds.push(readlinkSync(`${folder}/${name}`).replace(/:\[\d+\]$/, ''));
    } catch {
      // Closed meanwhile.
    }
  }
  return kinds.sort();
}

/** Children that have ended and that nobody has reaped. */
export function zombiesOf(parent: number): number[] {
  return statistics().flatMap(({ pid, state, parentPid }) =>
    parentPid === parent && state === 'Z' ? [pid] : [],
  );
}

/** Processes that have this text in their environment, this one excepted. */
export function processesWith(text: string): number[] {
  return statistics().flatMap(({ pid, state }) => {
    try {
      const has = pid !== process.pid && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(text);
      return has && state !== 'Z' ? [pid] : [];
    } catch {
      return [];
    }
  });
}

function statistics(): { pid: number; state: string; parentPid: number }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const [state = '', parentPid = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [{ pid: Number(name), state, parentPid: Number(parentPid) }];
    } catch {
      return [];
    }
  });
}
