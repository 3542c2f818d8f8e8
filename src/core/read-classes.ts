import { type Token, tokensOf } from './class-tokens.ts';
import { conditionTest } from './condition-test.ts';
import { patternOf } from './name-pattern.ts';
import type { TextProblem } from './parameter.ts';
import { parseAddress } from './parse-address.ts';
import type { RequestClass } from './policy-helpers.ts';
import { type Condition, KINDS, type Kind } from './request-condition.ts';
import { WrongText } from './wrong-text.ts';

/**
 * Reads classes of requests, one a line: `name share%: condition and condition`. The conditions are described in policies/priority.ts.
 * `loginCookies` are names with commas between.
 */
export function readClasses(text: string, loginCookies: string): readonly RequestClass[] | TextProblem {
  const names = loginCookies.split(',').map((name) => patternOf(name.trim().toLowerCase()));
  try {
    return read(text).map(({ name, share, conditions }) => {
      const tests = conditions.map((condition) => conditionTest(condition, names));
      return { name, share, holds: (view) => tests.every((test) => test(view)) };
    });
  } catch (error) {
    if (error instanceof WrongText) return error.problem;
    throw error;
  }
}

interface WrittenClass {
  readonly name: string;
  /** 0 to 1. */
  readonly share: number;
  readonly conditions: readonly Condition[];
}

const MOST_CLASSES = 20;

function read(text: string): WrittenClass[] {
  const tokens = tokensOf(text);
  const classes: WrittenClass[] = [];
  let at = 0;
  let total = 0;

  const peek = (): Token => tokens[at] ?? { text: '', offset: text.length, kind: 'end' };
  const next = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };
  const fail = (token: Token, expected: string): never => {
    const isEnd = token.kind === 'end';
    throw new WrongText(text, token.offset, expected, isEnd ? 'the end of the line' : `"${token.text}"`);
  };

  function readClass(): WrittenClass {
    const name = next();
    if (name.kind !== 'word' || !/^[a-z][a-z0-9_-]*$/.test(name.text))
      fail(name, 'the name of a class: lower case letters, digits, - and _');
    if (name.text === 'others' || classes.some((other) => other.name === name.text))
      fail(name, 'a name that no other class has (and `others` is what no line takes)');
    const percent = next();
    const [, digits = ''] = /^(\d+(?:\.\d+)?)%$/.exec(percent.text) ?? [];
    const share = Number(digits) / 100;
    if (digits === '' || !(share > 0 && share <= 1)) fail(percent, 'a share such as 40%');
    total += share;
    if (total > 1 + 1e-9)
      fail(percent, `shares of at most 100% together: ${left(total - share)} is left here`);
    const colon = next();
    if (colon.kind !== 'colon') fail(colon, 'a colon, and what the class is known by');
    const conditions = [readCondition()];
    while (peek().kind !== 'end') {
      const and = next();
      if (and.kind !== 'word' || and.text !== 'and') fail(and, '`and`, a comma or the end of the line');
      conditions.push(readCondition());
    }
    return { name: name.text, share, conditions };
  }

  function readCondition(): Condition {
    let word = next();
    const negated = word.kind === 'word' && word.text === 'not';
    if (negated) word = next();
    if (word.kind !== 'word' || !Object.hasOwn(KINDS, word.text))
      fail(word, `one of ${Object.keys(KINDS).join(', ')}, or not`);
    const kind = word.text as Kind;
    if (KINDS[kind] === 'nothing') return { kind, negated, variable: '', values: [] };
    const variable = KINDS[kind] === 'name' ? readVariable(kind) : '';
    const follows = peek();
    const isBare = variable !== '' && (follows.kind === 'end' || isAnd(follows));
    return { kind, negated, variable, values: isBare ? [] : readValues(kind) };
  }

  function readVariable(kind: Kind): string {
    const name = next();
    const form = kind === 'header' ? /^[A-Za-z0-9-]+$/ : /^[A-Z][A-Z0-9_]*$/;
    if (name.kind !== 'word' || !form.test(name.text))
      fail(
        name,
        kind === 'header'
          ? 'the name of a field, such as User-Agent'
          : 'the name of a variable, such as HTTPS',
      );
    if (kind === 'variable') return name.text;
    const upper = name.text.toUpperCase().replaceAll('-', '_');
    // RFC 3875, section 4.1: these two have no HTTP_ before them.
    return upper === 'CONTENT_TYPE' || upper === 'CONTENT_LENGTH' ? upper : `HTTP_${upper}`;
  }

  function readValues(kind: Kind): string[] {
    const values: string[] = [];
    do {
      const value = next();
      if (value.kind !== 'word' && value.kind !== 'quoted') fail(value, VALUES[kind]);
      if (isAnd(value)) fail(value, VALUES[kind]);
      if (kind === 'path' && !/^[/*]/.test(value.text)) fail(value, VALUES[kind]);
      if (kind === 'method' && !/^[A-Z]+$/.test(value.text)) fail(value, VALUES[kind]);
      if (kind === 'address' && !isRange(value.text)) fail(value, VALUES[kind]);
      values.push(value.text);
    } while (peek().kind === 'comma' && next());
    return values;
  }

  while (at < tokens.length) {
    if (peek().kind === 'end') {
      at += 1;
      continue;
    }
    if (classes.length === MOST_CLASSES) fail(peek(), `at most ${MOST_CLASSES} classes`);
    classes.push(readClass());
  }
  if (classes.length === 0) throw new WrongText(text, 0, 'a class such as `members 60%: logged-in`', 'none');
  return classes;
}

const VALUES: Readonly<Record<Kind, string>> = {
  any: '',
  'logged-in': '',
  crawler: '',
  path: 'a path such as /search*',
  method: 'a method such as POST',
  cookie: 'the name of a cookie, such as session or theme=dark',
  address: 'an address or a range such as 192.0.2.0/24',
  header: 'a value such as de*',
  variable: 'a value such as on',
};

function isAnd({ kind, text }: Token): boolean {
  return kind === 'word' && text === 'and';
}

function left(taken: number): string {
  return `${Math.round((1 - taken) * 1000) / 10}%`;
}

function isRange(text: string): boolean {
  const [, address = '', bits = '0'] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  return parseAddress(address) !== undefined && Number(bits) <= (address.includes(':') ? 128 : 32);
}
