import { prettyFactory } from 'pino-pretty';
import { escapeControls } from './escape-controls.ts';

/** Makes the readable form of one JSON line of the log: `14:03:07.123 INFO: daemon-up {"application":"wiki"}`. */
export function readableLine(colors: boolean): (jsonLine: string) => string {
  const pretty = prettyFactory({
    colorize: colors,
    messageKey: 'event',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return (jsonLine) => pretty(escaped(JSON.parse(jsonLine)));
}

/** Stack traces keep their lines, which the readable form indents; nothing else may begin one. */
function escaped(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    return key === 'stack' ? value.split('\n').map(escapeControls).join('\n') : escapeControls(value);
  }
  if (Array.isArray(value)) return value.map((item) => escaped(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [escapeControls(name), escaped(item, name)]),
  );
}
