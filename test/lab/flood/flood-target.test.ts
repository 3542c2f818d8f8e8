import { describe, expect, test } from 'vitest';
import { floodTarget } from '../../../src/lab/flood/flood-target.ts';

describe('the target of a flood', () => {
  test.each([
    ['http://127.0.0.1:8080/', '127.0.0.1', 8080, 'GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n'],
    ['http://127.8.9.1/wiki?a=b', '127.8.9.1', 80, 'GET /wiki?a=b HTTP/1.1\r\nHost: 127.8.9.1\r\n'],
    ['http://localhost:81', '127.0.0.1', 81, 'GET / HTTP/1.1\r\nHost: localhost:81\r\n'],
    ['http://[::1]:8080/', '::1', 8080, 'GET / HTTP/1.1\r\nHost: [::1]:8080\r\n'],
  ])('may be %s', (url, host, port, start) => {
    const target = floodTarget(url);
    expect([target.host, target.port]).toEqual([host, port]);
    const request = new TextDecoder('latin1').decode(target.request);
    expect(request.startsWith(start)).toBe(true);
    expect(request.endsWith('\r\n\r\n')).toBe(true);
  });

  test.each([
    'http://192.0.2.1/',
    'http://example.org/',
    'http://127.0.0.1.example.org/',
    'http://localhost.example.org/',
    'http://0.0.0.0/',
    'http://[2001:db8::1]/',
  ])('is never another machine: %s', (url) => {
    expect(() => floodTarget(url)).toThrow(expect.objectContaining({ code: 'flood/not-this-machine' }));
  });

  test.each(['https://127.0.0.1/', 'ftp://127.0.0.1/', 'nonsense', ''])('is plain HTTP, not `%s`', (url) => {
    expect(() => floodTarget(url)).toThrow(expect.objectContaining({ code: 'flood/bad-address' }));
  });
});
