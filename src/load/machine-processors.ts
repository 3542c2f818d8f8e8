import { readFileSync } from 'node:fs';

/** How many processors a list such as `0-3,8` names (Linux, Documentation/admin-guide/cputopology.rst). */
export function parseProcessorList(text: string): number | undefined {
  let count = 0;
  for (const range of text.trim().split(',')) {
    const found = /^(\d+)(?:-(\d+))?$/.exec(range);
    if (found === null) return undefined;
    count += Math.max(0, Number(found[2] ?? found[1]) - Number(found[1])) + 1;
  }
  return count;
}

/** Processors of the machine that are switched on, whoever may use them. Reads one file. */
export function machineProcessors(sysRoot: string): number | undefined {
  try {
    return parseProcessorList(readFileSync(`${sysRoot}/devices/system/cpu/online`, 'latin1'));
  } catch {
    return undefined;
  }
}
