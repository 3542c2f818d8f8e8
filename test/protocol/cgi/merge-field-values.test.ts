import { expect, test } from 'vitest';
import { mergeFieldValues } from '../../../src/protocol/cgi/merge-field-values.ts';

test.each([
  ['HTTP_COOKIE', 'a=1', 'b=2', 'a=1; b=2'],
  ['HTTP_ACCEPT', 'text/html', 'text/plain', 'text/html, text/plain'],
  ['HTTP_X_FORWARDED_FOR', '10.0.0.1', '10.0.0.2', '10.0.0.1, 10.0.0.2'],
  ['HTTP_X_COOKIE', 'a', '', 'a, '],
])('repeats of %s: %j and %j are %j', (variable, earlier, later, merged) => {
  expect(mergeFieldValues(variable, earlier, later)).toBe(merged);
});
