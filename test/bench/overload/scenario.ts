import type { Aim } from './aim.ts';
import type { OverloadPeer, Site } from './overload-peers.ts';
import type { OverloadRow } from './overload-row.ts';
import type { RunningPeer } from './running-peer.ts';

/** One kind of overload, which every server meets in turn. */
export interface Scenario {
  readonly name: string;
  /** A heading: what visitors and programs do. */
  readonly about: string;
  run(context: ScenarioContext): Promise<ScenarioResult>;
}

export interface ScenarioContext {
  /** Those to measure, which are all there. */
  readonly peers: readonly OverloadPeer[];
  /** How long a flood takes. */
  readonly floodMs: number;
  /** As few rates as will do. */
  readonly quick: boolean;
  /** A CGI program that computes for as many milliseconds as its query says. */
  readonly program: string;
  /** In a folder of its own. Whoever starts it stops it. */
  start(peer: OverloadPeer, site: Site): Promise<RunningPeer>;
  /** A line, before the table. */
  print(line: string): void;
  /** An empty folder. */
  folder(): string;
}

export interface ScenarioResult {
  /** Markdown. */
  readonly table: string;
  /** Nothing where Spillway was not among those who were measured. */
  readonly aims: readonly Aim[];
  /** Visitors a second, in a closed loop. */
  readonly capacity: number;
  /** Where it has a rate in each row. */
  readonly rows?: readonly OverloadRow[];
}
