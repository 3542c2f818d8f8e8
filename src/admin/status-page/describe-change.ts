import type { StatusDocument } from '../status-document.ts';
import { formatCount, formatSeconds } from './format.ts';

type Change = Pick<StatusDocument['recent_changes'][number], 'event' | 'details'>;

/** A change of state in a sentence without its end. What is not known here is said in the words of the log. */
export function describeChange({ event, details }: Change): string {
  const { policy, reason } = details;
  switch (event) {
    case 'shedding-began':
      return `shedding began: ${policy} says ${reason}`;
    case 'shedding-ended':
      return `shedding ended after ${duration(details.lasted_ms)}: ${count(details.shed)} shed, ${count(details.run_meanwhile)} answered meanwhile`;
    case 'lane-changed':
      return `from lane ${details.from} to ${details.to}: ${policy} says ${reason}`;
    case 'reloaded':
      return `configuration reloaded${changed(details)}`;
    case 'reload-failed':
      return `reload failed, nothing changed: ${details.problem}`;
    case 'daemon-ready':
      return `daemon up after ${duration(details.durationMs)}`;
    case 'daemon-retired':
      return `daemon retired: ${reason}`;
    case 'daemon-died':
      return `daemon died: ${details.message}`;
    case 'daemon-refused':
      return `no daemon: ${details.message ?? details.refusal}`;
    default:
      return inWordsOfTheLog(event, details);
  }
}

function changed(details: Change['details']): string {
  const said = ['added', 'changed', 'removed', 'needsRestart'].flatMap((name) => {
    const list = details[name];
    if (typeof list !== 'string' || list === '[]') return [];
    const names = list.replaceAll(/["[\]]/g, '').replaceAll(',', ', ');
    return [`${name === 'needsRestart' ? 'waits for the next start' : name} ${names}`];
  });
  return said.length === 0 ? ', nothing was different' : `: ${said.join('; ')}`;
}

function inWordsOfTheLog(event: string, details: Change['details']): string {
  const fields = Object.entries(details).map(([name, value]) => `${name} ${value}`);
  const words = event.replaceAll('-', ' ');
  return fields.length === 0 ? words : `${words}: ${fields.join(', ')}`;
}

function duration(ms: Change['details'][string] | undefined): string {
  return formatSeconds(typeof ms === 'number' ? ms / 1000 : null);
}

function count(value: Change['details'][string] | undefined): string {
  return typeof value === 'number' ? formatCount(value) : 'none';
}
