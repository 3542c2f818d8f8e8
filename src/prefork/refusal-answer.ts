import type { ShedReason } from './pool-effects.ts';

const TEXTS: Readonly<Record<ShedReason, string>> = {
  'queue-full': 'All workers are busy, and too many wait already. Please try again soon.',
  'queue-timeout': 'All workers have been busy for too long. Please try again soon.',
  'no-worker': 'No worker could take this request.',
  stopping: 'The application is stopping. Please try again soon.',
};

/** The CGI response of a request that no worker gets, with a status that front servers understand. */
export function refusalAnswer(reason: ShedReason, retryAfterSeconds: number): string {
  const status = reason === 'no-worker' ? '502 Bad Gateway' : '503 Service Unavailable';
  const text = `${TEXTS[reason]}\n`;
  return `Status: ${status}\r\nRetry-After: ${retryAfterSeconds}\r\nCache-Control: no-store\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}
