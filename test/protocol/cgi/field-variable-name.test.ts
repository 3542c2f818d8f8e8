import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldVariableName } from '../../../src/protocol/cgi/field-variable-name.ts';

describe('the variable of a request field (RFC 3875, section 4.1.18)', () => {
  test.each([
    ['Accept-Language', 'HTTP_ACCEPT_LANGUAGE'],
    ['accept-language', 'HTTP_ACCEPT_LANGUAGE'],
    ['aCCEPT-lANGUAGE', 'HTTP_ACCEPT_LANGUAGE'],
    ['Cookie', 'HTTP_COOKIE'],
    ['Host', 'HTTP_HOST'],
    ['Authorization', 'HTTP_AUTHORIZATION'],
    ['X-Fossil-2', 'HTTP_X_FOSSIL_2'],
    ['Sec-CH-UA', 'HTTP_SEC_CH_UA'],
    ['Content-Type', 'CONTENT_TYPE'],
    ['content-type', 'CONTENT_TYPE'],
    ['CONTENT-LENGTH', 'CONTENT_LENGTH'],
    ['Content-Encoding', 'HTTP_CONTENT_ENCODING'],
  ])('%s is %s', (name, variable) => {
    expect(fieldVariableName(name)).toBe(variable);
  });

  test.each([
    'Proxy',
    'proxy',
    'PROXY',
    'pRoXy',
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'TE',
    'Te',
    'Trailer',
    'Transfer-Encoding',
    'transfer-ENCODING',
    'Upgrade',
    'Expect',
    'X_Forwarded_For',
    'Content_Length',
    'X.A',
    'X!',
    'caf\xe9',
    'X\u0130',
    '',
    'A B',
    'A\n',
  ])('%j has none', (name) => {
    expect(fieldVariableName(name)).toBeUndefined();
  });

  test('is the same whatever the case, and no other name has it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9-]{1,30}$/), (name) => {
        const variable = fieldVariableName(name);
        expect(fieldVariableName(name.toLowerCase())).toBe(variable);
        expect(fieldVariableName(name.toUpperCase())).toBe(variable);
        const back = variable
          ?.replace(/^HTTP_/, '')
          .replaceAll('_', '-')
          .toLowerCase();
        expect(back ?? name.toLowerCase()).toBe(name.toLowerCase());
      }),
    );
  });
});
