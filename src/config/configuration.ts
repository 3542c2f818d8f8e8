import type { PolicyDefinition } from '../core/policy.ts';

/**
 * The configuration as the gateway uses it: checked, every default filled in, paths absolute, durations in
 * milliseconds, sizes in bytes. `schema.ts` is what an operator writes; `load-configuration.ts` makes this of it.
 */
export interface Configuration {
  /** Absolute path of the file. */
  readonly file: string;
  readonly listen: readonly ListenConfiguration[];
  readonly admin: TcpAddress | undefined;
  readonly log: LogConfiguration;
  /** How long a stop waits for requests under way before it cuts them. */
  readonly stopTimeoutMs: number;
  readonly http: HttpConfiguration;
  /** Longest `at` first. */
  readonly applications: readonly ApplicationConfiguration[];
}

export interface TcpAddress {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
}

export interface UnixAddress {
  readonly kind: 'unix';
  /** Absolute. */
  readonly path: string;
}

export type Address = TcpAddress | UnixAddress;

export interface ListenConfiguration {
  readonly protocol: 'http';
  readonly address: Address;
}

export interface LogConfiguration {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** `auto`: readable on a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'readable';
  /** A line per request. */
  readonly access: boolean;
}

/** Bounds and time limits of the HTTP listeners. */
export interface HttpConfiguration {
  readonly headTimeoutMs: number;
  /** Longest time without a byte of the body. */
  readonly bodyTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Longest time in which the visitor takes no byte of the answer. */
  readonly answerTimeoutMs: number;
  readonly maxHeadBytes: number;
}

export interface ApplicationConfiguration {
  readonly name: string;
  /** Path prefix without a trailing slash; empty for the root. */
  readonly at: string;
  readonly cgi: CgiConfiguration | undefined;
  readonly scgi: ScgiConfiguration | undefined;
  /** In order of the chain. Never empty: the default chain where the file says nothing. */
  readonly policies: readonly PolicyConfiguration[];
  readonly queue: QueueConfiguration;
  /** Variables for programs and daemons, beside PATH and the request's own. Ordinary strings (not byte strings), without NUL. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of the operator's own page. */
  readonly overloadPage: string | undefined;
  readonly maxBodyBytes: number;
}

export interface CgiConfiguration {
  /** Absolute path of an executable file. */
  readonly program: string;
  /** From start to the end of the answer. */
  readonly timeoutMs: number;
}

export interface ScgiConfiguration {
  readonly address: Address;
  readonly connectTimeoutMs: number;
  /** Until the first byte of the answer, and between any two. */
  readonly timeoutMs: number;
  readonly daemon: DaemonConfiguration | undefined;
}

export interface DaemonConfiguration {
  /** The first word is an absolute path where it was written with a slash. */
  readonly command: readonly string[];
  readonly startTimeoutMs: number;
  /** Without a conversation for this long, the daemon is retired. */
  readonly idleTimeoutMs: number;
  /** While requests go to the exec lane for this long, the daemon is retired. */
  readonly quietTimeoutMs: number;
  /** TERM to its process group, and KILL this much later. */
  readonly stopTimeoutMs: number;
}

export interface PolicyConfiguration {
  readonly name: string;
  readonly definition: PolicyDefinition;
  /** Checked against the policy's declaration, defaults filled in. */
  readonly parameters: Readonly<Record<string, number | boolean | string>>;
}

export interface QueueConfiguration {
  readonly max: number;
  readonly timeoutMs: number;
}
