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
    };

export type Parameters = Readonly<Record<string, Parameter>>;

type ValueOf<P extends Parameter> = P extends { kind: 'boolean' }
  ? boolean
  : P extends { kind: 'choice'; choices: readonly (infer C)[] }
    ? C
    : number;

/** The values that go with a declaration. */
export type ParameterValues<P extends Parameters> = { readonly [K in keyof P]: ValueOf<P[K]> };
