/** The policies of an application that configures none: `threshold` chooses the lane, `gradient` the limits. */
export const defaultChain: readonly {
  readonly name: string;
  readonly parameters: Readonly<Record<string, never>>;
}[] = [
  { name: 'threshold', parameters: {} },
  { name: 'gradient', parameters: {} },
];
