/** One condition as it is written. */
export interface Condition {
  readonly kind: Kind;
  readonly negated: boolean;
  /** Of `header` and `variable`: the name of the meta-variable. */
  readonly variable: string;
  readonly values: readonly string[];
}

/** What stands behind the word of a condition. */
export const KINDS = {
  any: 'nothing',
  'logged-in': 'nothing',
  crawler: 'nothing',
  path: 'values',
  method: 'values',
  cookie: 'values',
  address: 'values',
  header: 'name',
  variable: 'name',
} as const;
export type Kind = keyof typeof KINDS;
