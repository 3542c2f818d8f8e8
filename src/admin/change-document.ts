import type { StateChange } from '../log/recent-changes.ts';

/** Characters of one value: a fault may have the whole output of a program in it. */
const LONGEST = 500;
/** Of the machine, which `/status` has as it is now; and what has a place of its own. */
const LEFT_OUT = new Set([
  'application',
  'processors',
  'load_average',
  'running',
  'cpu_pressure',
  'memory_pressure',
  'io_pressure',
  'cpu_busy',
  'memory_available_bytes',
]);

/** A change of state as `/status` has it. */
export function changeDocument({ atMs, event, fields }: StateChange) {
  const details: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null || LEFT_OUT.has(name)) continue;
    details[name] = typeof value === 'number' || typeof value === 'boolean' ? value : textOf(value);
  }
  return {
    time: new Date(atMs).toISOString(),
    event,
    application: typeof fields.application === 'string' ? fields.application : null,
    details,
  };
}

function textOf(value: unknown): string {
  const text =
    typeof value === 'string' ? value : value instanceof Error ? String(value) : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
