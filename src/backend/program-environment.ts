import type { BackendFailure } from '../core/backend.ts';
import type { View } from '../core/view.ts';
import { environmentSize } from '../protocol/cgi/environment-size.ts';

/** What a shell can take as the name of a variable. */
const shellName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const highByte = /[^\x20-\x7e\t]/;
/** `ignoreBOM`: a byte order mark is a part of the value, too. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const usualPath = '/usr/local/bin:/usr/bin:/bin';

/** Over the operator's bound; or exec would fail with E2BIG. */
export type EnvironmentFailure = Extract<BackendFailure, 'variables-too-large' | 'too-large-for-exec'>;

export interface ProgramVariables {
  /** As the runtime takes them: it writes UTF-8. */
  readonly variables: Readonly<Record<string, string>>;
  /**
   * Names whose bytes no text can stand for, since they are not UTF-8. Their value above is written for the `%b` of
   * printf(1), and has to be turned into bytes before the program starts.
   */
  readonly escaped: readonly string[];
}

/**
 * The environment of a CGI program, from an allow list: PATH, the operator's variables, the request's meta-variables;
 * the later wins. Nothing of the gateway's own environment, which may hold secrets, gets there.
 */
export class ProgramEnvironment {
  readonly #base: Readonly<Record<string, string>>;
  readonly #maxBytes: number;
  readonly #baseEntries: readonly (readonly [string, string])[];

  /** `operator`: texts, written as UTF-8. `maxBytes`: for all variables. */
  constructor(operator: Readonly<Record<string, string>>, maxBytes = Number.POSITIVE_INFINITY) {
    this.#maxBytes = maxBytes;
    this.#base = { PATH: usualPath, ...operator };
    this.#baseEntries = Object.entries(this.#base).map(([name, value]) => [
      name,
      Buffer.from(value).toString('latin1'),
    ]);
  }

  build(view: View): ProgramVariables | EnvironmentFailure {
    const entries = [...view.entries()];
    const { total, fits } = environmentSize([...this.#baseEntries, ...entries]);
    if (total > this.#maxBytes) return 'variables-too-large';
    if (!fits) return 'too-large-for-exec';
    const variables: Record<string, string> = { ...this.#base };
    const escaped: string[] = [];
    for (const [name, value] of entries) {
      const text = highByte.test(value) ? textOf(value) : value;
      if (text !== undefined) variables[name] = text;
      else if (shellName.test(name)) {
        variables[name] = printfEscaped(value);
        escaped.push(name);
      } else delete variables[name];
    }
    return { variables, escaped };
  }
}

/** The text whose UTF-8 is these bytes; nothing where there is none. */
function textOf(byteString: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(byteString, 'latin1'));
  } catch {
    return undefined;
  }
}

function printfEscaped(byteString: string): string {
  return byteString.replace(
    /[^\x20-\x5b\x5d-\x7e]/g,
    (unit) => `\\0${unit.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}
