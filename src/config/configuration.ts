import type { PolicyDefinition } from '../core/policy.ts';
import type { PageConfiguration } from '../overload/page-configuration.ts';

/**
 * The configuration as the gateway uses it: checked, every default filled in, paths absolute, durations in
 * milliseconds, sizes in bytes. `schema.ts` is what an operator writes; `load-configuration.ts` makes this of it.
 */
export interface Configuration {
  /** Absolute path of the file. */
  readonly file: string;
  readonly listen: readonly ListenConfiguration[];
  readonly admin: TcpAddress | undefined;
  readonly control: ControlConfiguration | undefined;
  /** Addresses, CIDR blocks, and `unix`: HTTP peers whose X-Forwarded-* fields count. */
  readonly trustedProxies: readonly string[];
  /** The header field by which front servers give requests their ids. */
  readonly requestIdHeader: string;
  readonly log: LogConfiguration;
  readonly decisionLog: DecisionLogConfiguration | undefined;
  /** Nothing: nobody can ask why a request was decided as it was. */
  readonly explain: ExplainConfiguration | undefined;
  readonly metrics: MetricsConfiguration;
  /** How long a stop waits for requests under way before it cuts them. */
  /** A change of the file, or of a policy of the operator's own, is a reload. */
  readonly watch: boolean;
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

/** A listening socket that is open already when the gateway starts. */
export type InheritedAddress =
  | { readonly kind: 'systemd'; readonly name: string }
  | { readonly kind: 'descriptor'; readonly descriptor: number };

export type ListenAddress = Address | InheritedAddress;

export interface ListenConfiguration {
  readonly protocol: 'http' | 'scgi';
  readonly address: ListenAddress;
  readonly tls: TlsConfiguration | undefined;
  /** For Unix sockets. */
  readonly rights: SocketRights;
}

export interface TlsConfiguration {
  /** Never empty; the first one is for visitors whose name no certificate has. */
  readonly certificates: readonly CertificateFiles[];
}

/** Absolute paths of PEM files. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** What a Unix socket's name is to look like; what is left out follows the process (umask, user, group). */
export interface SocketRights {
  /** Permission bits such as 0o660. Who may write may connect. */
  readonly mode: number | undefined;
  /** A name, or a number as text. */
  readonly owner: string | undefined;
  readonly group: string | undefined;
}

/** A Unix socket by which operators command the gateway. */
export interface ControlConfiguration {
  /** Absolute. */
  readonly path: string;
  readonly rights: SocketRights;
  /** Of the socket for applications; nothing: from the users whom their programs run as. */
  readonly busMode: number | undefined;
}

export interface LogConfiguration {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** `auto`: readable on a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'readable';
  /** A line per request: in the form of the other lines, as JSON, in NCSA's combined form, or none. */
  readonly access: 'as-log' | 'json' | 'combined' | 'off';
  /** Absolute; standard output where there is none. */
  readonly file: string | undefined;
  /** Absolute; where the other lines go where there is none. */
  readonly accessFile: string | undefined;
}

/** A line per request with everything that a replay needs. */
export interface DecisionLogConfiguration {
  /** Absolute. */
  readonly file: string;
  /** At this size it is put aside. */
  readonly maxBytes: number;
  /** Files that were put aside and stay. */
  readonly keep: number;
  /** Names of the meta-variables that are recorded. */
  readonly variables: readonly string[];
}

/** The last decisions with their numbers, in memory. */
export interface ExplainConfiguration {
  /** How many. */
  readonly keep: number;
  /** And how long. */
  readonly retentionMs: number;
  /** Addresses and CIDR blocks of visitors whose answers have `Spillway-Decision`. */
  readonly to: readonly string[];
}

export interface MetricsConfiguration {
  /** Upper bounds of the histograms of requests, rising; nothing: those of their definitions. */
  readonly bucketsMs: readonly number[] | undefined;
  /** An answer that came within this time is a good one. */
  readonly goodWithinMs: number;
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
  /** Of all HTTP listeners together; nothing: from the descriptors that the process may have. */
  readonly maxConnections: number | undefined;
  /** A field whose name would be the variable of another (`X_Foo`) makes the request a bad one; else that field is left out. */
  readonly refusesOddFields?: boolean;
}

export interface ApplicationConfiguration {
  readonly name: string;
  /** Lower-case names, `*.example.org` for every name below; empty: any host. */
  readonly hosts: readonly string[];
  /** Path prefix without a trailing slash; empty for the root. */
  readonly at: string;
  readonly cgi: CgiConfiguration | undefined;
  readonly scgi: ScgiConfiguration | undefined;
  readonly bus: BusConfiguration | undefined;
  /** In order of the chain. Never empty: the default chain where the file says nothing. */
  readonly policies: readonly PolicyConfiguration[];
  /** A chain that decides beside that one and touches nothing. */
  readonly shadow: readonly PolicyConfiguration[] | undefined;
  readonly queue: QueueConfiguration;
  /** Variables for programs and daemons, beside PATH and the request's own. Ordinary strings (not byte strings), without NUL. */
  readonly environment: Readonly<Record<string, string>>;
  /** The operator's own page. */
  readonly overloadPage: PageConfiguration | undefined;
  readonly maxBodyBytes: number;
  readonly buffers: BufferConfiguration;
  /** Of the head of an answer. */
  readonly maxHeadBytes: number;
  /** Of all variables of a request together. */
  readonly maxVariableBytes: number;
}

/** An application that is on the bus. */
export interface BusConfiguration {
  /** What it may publish to the gateway. */
  readonly allow: readonly ('graceful' | 'reload')[];
}

/** What may wait of one request and of its answer, bytes. */
export interface BufferConfiguration {
  /** A larger body waits in a file. */
  readonly requestMemoryBytes: number;
  /** What of an answer waits in memory for a slow visitor, then in a file; beyond that the application waits. */
  readonly answerMemoryBytes: number;
  readonly answerDiskBytes: number;
}

export interface CgiConfiguration {
  /** Absolute path of an executable file; nothing where there is a directory of them. */
  readonly program: string | undefined;
  /** What is run where the program, then only what CGI calls so, is no executable file. The first word is absolute, or looked up in PATH. */
  readonly command: readonly string[] | undefined;
  /** Where it starts. Absolute; the one of `program` where that is set, of the configuration file where there is a command. */
  readonly directory: string;
  readonly nph: boolean;
  readonly process: ProcessConfiguration;
  /** From start to the end of the answer. */
  readonly timeoutMs: number;
}

/** How the process of a program is set up; nothing: as the gateway itself. */
export interface ProcessConfiguration {
  /** Name, or number as a text. */
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly umask: number | undefined;
  /** Nothing: left to who runs the program. */
  readonly nice: number | undefined;
  readonly limits: {
    readonly cpuMs: number | undefined;
    readonly memoryBytes: number | undefined;
    readonly files: number | undefined;
    readonly processes: number | undefined;
    readonly fileSizeBytes: number | undefined;
  };
}

export interface ScgiConfiguration {
  /** Never empty. With several, a daemon at each. */
  readonly addresses: readonly Address[];
  readonly connectTimeoutMs: number;
  /** Until the first byte of the answer, and between any two. */
  readonly timeoutMs: number;
  readonly daemon: DaemonConfiguration | undefined;
}

export interface DaemonConfiguration {
  /** The first word is an absolute path where it was written with a slash. */
  readonly command: readonly string[];
  /** `bind`: the daemon makes its listening socket; `inherit`: it is given one, which is open before it starts. */
  readonly activation: 'bind' | 'inherit';
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
  /** Absolute path of an operator's own. */
  readonly file?: string;
  readonly definition: PolicyDefinition;
  /** Checked against the policy's declaration, defaults filled in. */
  readonly parameters: Readonly<Record<string, number | boolean | string>>;
  /** What it would shed is counted, and served. */
  readonly dryRun?: true;
}

export interface QueueConfiguration {
  readonly max: number;
  readonly timeoutMs: number;
}
