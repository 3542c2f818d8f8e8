import type { PolicyHelpers } from './policy-helpers.ts';

/** One tunable number, duration, switch or choice of a policy. The declaration is the documentation. */
export type Parameter =
  | {
      readonly kind: 'number' | 'integer';
      readonly default: number;
      readonly minimum?: number;
      readonly maximum?: number;
      /** In words: `load per processor`, `requests`, `share`. */
      readonly unit: string;
      readonly meaning: string;
    }
  /** Written `250ms`, `5s`, `2m`, `1h` in the configuration; milliseconds here. */
  | {
      readonly kind: 'duration';
      readonly default: number;
      readonly minimum?: number;
      readonly maximum?: number;
      readonly meaning: string;
    }
  | { readonly kind: 'boolean'; readonly default: boolean; readonly meaning: string }
  | {
      readonly kind: 'choice';
      readonly default: string;
      readonly choices: readonly string[];
      readonly meaning: string;
    }
  /** Something with a form of its own, of one or more lines: a name, a list of rules. */
  | {
      readonly kind: 'text';
      readonly default: string;
      /** In words, what is written there: `the name of a meta-variable`. */
      readonly form: string;
      readonly meaning: string;
      /** What is wrong with a text and where in it; nothing where it is right. Must not throw. */
      readonly check?: (
        text: string,
        helpers: Pick<PolicyHelpers, 'readClasses' | 'parseAddress'>,
      ) => TextProblem | undefined;
    };

/** Something wrong in a text: lines and columns of the text count from 1. */
export interface TextProblem {
  readonly line: number;
  readonly column: number;
  /** In words, both: `a share such as 40%`, `"forty"`. */
  readonly expected: string;
  readonly found: string;
}

export type Parameters = Readonly<Record<string, Parameter>>;

type ValueOf<P extends Parameter> = P extends { kind: 'boolean' }
  ? boolean
  : P extends { kind: 'choice'; choices: readonly (infer C)[] }
    ? C
    : P extends { kind: 'text' }
      ? string
      : number;

/** The values that go with a declaration. */
export type ParameterValues<P extends Parameters> = { readonly [K in keyof P]: ValueOf<P[K]> };
