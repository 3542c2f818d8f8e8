import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface PeerRequest {
  readonly method: string;
  readonly url: string;
  readonly minorVersion: number;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly keepAlive: boolean;
  /** What follows was left to another protocol, unread. */
  readonly upgrade: boolean;
  readonly body: string;
  readonly complete: boolean;
}

export interface PeerSeries {
  readonly requests: readonly PeerRequest[];
  /** The parser's own code, such as `HPE_INVALID_METHOD`; nothing where it found no error. */
  readonly error: string | null;
  readonly reason: string | null;
}

const PROGRAM = fileURLToPath(new URL('./llhttp-peer.cjs', import.meta.url));

/** What llhttp, as it is built into this Node, reads in each of these byte strings. One process for all of them. */
export function llhttp(node: string, series: readonly string[]): PeerSeries[] {
  const { stdout, stderr, status, error } = spawnSync(node, ['--no-deprecation', PROGRAM], {
    input: series.map((text) => `${JSON.stringify(text)}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 30_000,
  });
  if (error !== undefined || status !== 0) throw new Error(`node did not do its part: ${error ?? stderr}`);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as PeerSeries);
}
