import { matches, matchesAny, type Pattern, patternOf } from './name-pattern.ts';
import { parseAddress } from './parse-address.ts';
import type { Condition, Kind } from './request-condition.ts';
import type { View } from './view.ts';

type Test = (view: View) => boolean;

/** Makes of a condition what asks it of a request. Reads at most a few kilobytes of what a visitor sends. */
export function conditionTest(
  { kind, negated, variable, values }: Condition,
  loginCookies: readonly Pattern[],
): Test {
  const test = positive(kind, variable, values, loginCookies);
  return negated ? (view) => !test(view) : test;
}

function positive(
  kind: Kind,
  variable: string,
  values: readonly string[],
  loginCookies: readonly Pattern[],
): Test {
  switch (kind) {
    case 'any':
      return () => true;
    case 'logged-in':
      return (view) =>
        isThere(view, 'REMOTE_USER') ||
        isThere(view, 'HTTP_AUTHORIZATION') ||
        hasCookie(view, (name) => matchesAny(loginCookies, name.toLowerCase()));
    case 'crawler':
      return (view) => CRAWLER.test(view.meta('HTTP_USER_AGENT') ?? '');
    case 'path': {
      const patterns = values.map(patternOf);
      return (view) =>
        matchesAny(patterns, (view.meta('SCRIPT_NAME') ?? '') + (view.meta('PATH_INFO') ?? ''));
    }
    case 'method':
      return (view) => values.includes(view.meta('REQUEST_METHOD') ?? '');
    case 'cookie': {
      const wanted = values.map((text) => {
        const equals = text.indexOf('=');
        const name = equals < 0 ? text : text.slice(0, equals);
        return { name: patternOf(name), value: patternOf(equals < 0 ? '*' : text.slice(equals + 1)) };
      });
      return (view) =>
        hasCookie(view, (name, value) =>
          wanted.some((one) => matches(one.name, name) && matches(one.value, value)),
        );
    }
    case 'address': {
      const ranges = values.map((text) => {
        const [address = '', bits] = text.split('/');
        const groups = parseAddress(address) ?? [];
        // An IPv4 range written as IPv6 counts its bits from the front of that.
        const offset = address.includes(':') && groups.length === 2 ? 96 : 0;
        return { groups, bits: bits === undefined ? groups.length * 16 : Math.max(0, Number(bits) - offset) };
      });
      return (view) => {
        const groups = parseAddress(view.meta('REMOTE_ADDR') ?? '');
        return groups !== undefined && ranges.some((range) => isWithin(groups, range.groups, range.bits));
      };
    }
    default: {
      const patterns = values.map((value) => patternOf(value.toLowerCase()));
      return (view) => {
        const found = view.meta(variable);
        if (found === undefined) return false;
        return patterns.length === 0 || matchesAny(patterns, found.slice(0, LONGEST_VALUE).toLowerCase());
      };
    }
  }
}

/** A phone of the brand Cubot is none. */
const CRAWLER =
  /(?<!cu)bot(?![a-z])|crawl|spider|slurp|scrap|archiver|headless|facebookexternalhit|python-|go-http-client|wget|curl/i;
/** Nobody makes the policy read more than this of what a visitor sends. */
const LONGEST_VALUE = 4096;

function isThere(view: View, name: string): boolean {
  return (view.meta(name) ?? '') !== '';
}

/** RFC 6265, section 4.2.1: pairs with `; ` between. */
function hasCookie(view: View, isWanted: (name: string, value: string) => boolean): boolean {
  const cookies = view.meta('HTTP_COOKIE');
  if (cookies === undefined) return false;
  const end = Math.min(cookies.length, LONGEST_VALUE);
  for (let at = 0; at < end; ) {
    let stop = cookies.indexOf(';', at);
    if (stop < 0 || stop > end) stop = end;
    const equals = cookies.indexOf('=', at);
    if (equals >= 0 && equals < stop) {
      while (cookies.charCodeAt(at) === 0x20) at += 1;
      if (isWanted(cookies.slice(at, equals), cookies.slice(equals + 1, stop))) return true;
    }
    at = stop + 1;
  }
  return false;
}

function isWithin(address: readonly number[], range: readonly number[], bits: number): boolean {
  if (address.length !== range.length) return false;
  for (let at = 0, bitsLeft = bits; bitsLeft > 0; at += 1, bitsLeft -= 16) {
    const mask = bitsLeft >= 16 ? 0xffff : (0xffff << (16 - bitsLeft)) & 0xffff;
    if ((((address[at] ?? 0) ^ (range[at] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}
