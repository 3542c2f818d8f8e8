import type { ProgramStep } from '../backend/program-step.ts';
import type { ApplicationConfiguration } from '../config/configuration.ts';

/**
 * What a one-shot frontend is made with: the configuration of its application, checked and resolved when the frontend was made, so
 * that a request parses a few lines of JSON and nothing else. Serialisable as JSON.
 */
export interface FrontendConfiguration {
  readonly version: 1;
  /** Absolute path of the configuration file that it was made from. */
  readonly file: string;
  readonly application: Omit<ApplicationConfiguration, 'policies' | 'shadow' | 'overloadPage'>;
  /** In order of the chain. */
  readonly policies: readonly FrontendPolicy[];
  readonly paths: FrontendPaths;
  /** A launcher stands before it, which follows leases. */
  readonly launcher: boolean;
  /** What sets up the process of the program; nothing: it is simply run. */
  readonly step?: ProgramStep;
}

export interface FrontendPolicy {
  readonly name: string;
  /** Absolute path of a JavaScript module made of the operator's own policy file; nothing: one of ours. */
  readonly file?: string;
  /** Checked, defaults filled in. */
  readonly parameters: Readonly<Record<string, number | boolean | string>>;
  /** It sheds nobody. */
  readonly dryRun?: true;
}

/** Absolute paths. What is shared by all frontends of an application, whoever runs them, lies in one folder. */
export interface FrontendPaths {
  /** Where the files below are, and others that come and go. */
  readonly state: string;
  /** The prepared overload pages. */
  readonly pages: string;
  /** What the policies have learned. */
  readonly snapshot: string;
  /** Who lives: see LiveSlots. */
  readonly slots: string;
  /** Decisions, counted: see DecisionCounts. */
  readonly counts: string;
  /** What a launcher may do without asking: see Lease. */
  readonly lease: string;
  /** Where the node exporter's textfile collector looks, if it is to. */
  readonly textfile: string | undefined;
}
