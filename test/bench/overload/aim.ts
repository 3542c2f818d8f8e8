/** Something that Spillway aims at in a scenario, and what was found. */
export interface Aim {
  readonly scenario: string;
  readonly what: string;
  readonly aim: string;
  readonly found: string;
  readonly reached: boolean;
}
