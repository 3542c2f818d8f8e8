import { expect, test } from 'vitest';
import { wayFor } from '../../src/app/surroundings.ts';

test.each([
  [{}, { GATEWAY_INTERFACE: 'CGI/1.1' }, { kind: 'cgi' }],
  [{}, { SPILLWAY_CONTROL_FD: '3' }, { kind: 'worker' }],
  [{}, { SPILLWAY_CONTROL_FD: '3', GATEWAY_INTERFACE: 'CGI/1.1' }, { kind: 'worker' }],
  [{}, {}, { kind: 'scgi', address: undefined }],
  [{}, { GATEWAY_INTERFACE: '' }, { kind: 'scgi', address: undefined }],
  [{ scgi: 'unix:/s' }, {}, { kind: 'scgi', address: 'unix:/s' }],
  [{ http: ':80' }, {}, { kind: 'http', address: ':80' }],
  [{ http: ':80' }, { GATEWAY_INTERFACE: 'CGI/1.1' }, { kind: 'http', address: ':80' }],
])('options %j and environment %j ask for %j', (options, environment, way) => {
  expect(wayFor(options, environment)).toEqual(way);
});
