/** The policies of an application that configures none. */
export const defaultChain: readonly {
  readonly name: string;
  readonly parameters: Readonly<Record<string, never>>;
}[] = [{ name: 'auto', parameters: {} }];
