import * as z from 'zod';
import { scalar } from './scalar.ts';

/** Reads one host or a list of them into a list. */
export function hosts() {
  const expected =
    'a host such as wiki.example.org or "*.example.org", without a port, or a list of them; an IPv6 address needs brackets and quotes';
  const pattern =
    '^(?:(?:\\*\\.)?[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*|\\[[0-9A-Fa-f:.]+\\])$';
  const host = scalar('host', pattern, expected, (text) =>
    text.length > 253 ? undefined : text.toLowerCase(),
  );
  return z
    .union([host.transform((one) => [one]), z.array(host, { error: expected }).min(1, { error: expected })], {
      error: expected,
    })
    .meta({ title: 'host, or list of hosts' });
}

/** Reads the prefix without its trailing slash; empty for the root. */
export function pathPrefix() {
  const expected =
    "a path prefix such as /wiki, or / for everything (ASCII letters, digits and -._~!$&'()*+,;=:@ between single slashes, no . or .. alone)";
  // Paths are compared decoded: with a % or a letter outside ASCII it would be open which bytes are meant.
  const pattern = "^/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*/?)?$";
  return scalar('path prefix', pattern, expected, (text) =>
    /\/\.\.?(?:\/|$)/.test(text) ? undefined : text.replace(/\/$/, ''),
  );
}

/** The name of a field that can carry nothing but an id: `Host` or `Cookie` would be overwritten for programs. */
export function requestIdHeader() {
  const expected = 'the name of a header field that starts with X- or ends with -Id, such as X-Request-Id';
  return scalar(
    'header field',
    '^(?:[Xx]-[A-Za-z0-9-]{1,60}|[A-Za-z0-9-]{1,60}-[Ii][Dd])$',
    expected,
    (text) => text,
  );
}
