import { Fault } from '../core/fault.ts';
import type { View } from '../core/view.ts';
import { drainBody } from './drain-body.ts';
import { requestId } from './request-id.ts';
import { writeWhole } from './write-whole.ts';

const PHRASES = {
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
} as const;

/**
 * Answers a request that cannot be served: a plain page with an id for the visitor, the reason with the same id on standard
 * error for the operator (the web server's error log). Needs nothing, since it is what is left when nothing else works.
 */
export function failRequest(status: keyof typeof PHRASES, reason: unknown, view?: View): void {
  const id = requestId(view);
  const phrase = PHRASES[status];
  const text =
    reason instanceof Fault ? reason.toString() : reason instanceof Error ? reason.message : String(reason);
  writeWhole(2, Buffer.from(`spillway: ${id}: ${text.replaceAll(/\s*\n\s*/g, ' ')}\n`));
  const body = `${status} ${phrase}\n\nThis page cannot be shown at present. Who runs this site finds the reason in the log by this id:\n${id}\n`;
  const head = [
    `Status: ${status} ${phrase}`,
    'Content-Type: text/plain; charset=utf-8',
    'Cache-Control: no-store',
    `Content-Length: ${body.length}`,
  ];
  const shown = view?.meta('REQUEST_METHOD') === 'HEAD' ? '' : body;
  writeWhole(1, Buffer.from(`${head.join('\r\n')}\r\n\r\n${shown}`));
  process.exitCode = 1;
  drainBody(Number(view?.meta('CONTENT_LENGTH') ?? 0));
}
