/** The default export of a policy file that has no code of its own: several policies under one name. */
export interface PolicyComposition {
  /** As of a policy. */
  readonly name: string;
  /** One line for the operator: when to choose it. */
  readonly when: string;
  readonly source: string;
  /** Names of policies that come with Spillway, in the order in which they are asked. No two have a parameter or a reason of one name. */
  readonly parts: readonly string[];
}
