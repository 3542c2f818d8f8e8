import fc from 'fast-check';

/** Right ones and wrong ones; what is repeated is more likely. */
// biome-ignore format: a list a line
const CHOICES = {
  methods: ['GET', 'GET', 'POST', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PROPFIND', 'QUERY', 'CONNECT', 'BREW', 'get', 'G\x00T'],
  targets: ['/', '/', '/a?b=c', '/a/../b', '*', 'http://t/p', 'http://t', 'http://t?q', 'http://u@t/', 'https://t:1/', 'ftp://t/', 't:80', '/a b', '/#f', '/\xe4', '/\x7f', '/|"\\', '//x'],
  versions: ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/0.9', 'http/1.1', 'HTTP/1.10', 'HTTP/1.1 ', 'HTTP/11'],
  hosts: ['Host: h', 'Host: h', 'Host: h', 'host:h:80', 'Host:', 'Host: [::1]', 'Host: a/b', 'Host: a b', 'Host : h', ''],
  lengths: ['0', '3', '3', '3\t', '\t3 ', '3 \t', '5', '10', '+3', '-3', '03', '3 3', '3, 3', '3,', '', '0x3', '3\x0b', '3;', '18446744073709551619', '9007199254740992', '1e1'],
  encodings: ['chunked', 'chunked', 'chunked', 'Chunked', 'chunked ', 'chunked\t', '\tchunked', 'identity', 'gzip', 'gzip, chunked', 'chunked, gzip', 'chunked, chunked', 'chunked,', ',chunked', 'xchunked', 'chunkedx', 'chunked;a=b', '"chunked"', 'chunked\x0b', '\x0bchunked', ''],
  namesOfLength: ['Content-Length', 'Content-Length', 'content-length', 'Content-Length ', ' Content-Length', 'Content_Length', 'Content-Length\t', 'Content\x00-Length'],
  namesOfEncoding: ['Transfer-Encoding', 'Transfer-Encoding', 'transfer-encoding', 'Transfer-Encoding ', ' Transfer-Encoding', 'Transfer_Encoding', 'Transfer-Encoding\t', 'Transfer\xadEncoding'],
  others: ['A: b', 'A:', 'A: \xe4\tb ', 'Connection: close', 'Connection: keep-alive', 'Connection: foo, close', 'Connection: close\t', 'Connection:\tclose ', 'Connection: close\t, foo', 'Connection: keep-alive, close', 'Proxy-Connection: close', 'Connection: closed', 'Connection: close;a', 'Connection: upgrade\r\nUpgrade: x', 'Expect: 100-continue', 'Expect: tea', 'Host: h', 'host: i', 'A: b\r\n c', 'A: b\r\n\tContent-Length: 3', 'A\x00: b', 'A: \x00', 'A b: c', ': c', 'A', 'A: b\rContent-Length: 3', 'A: b\nContent-Length: 3', '\xe4: c', 'A: \x7f', 'A: b\r\n \r\nC: d'],
  lineEnds: [...Array<string>(60).fill('\r\n'), '\n', '\r', '\r\r\n', '\n\r\n', ' \r\n', '\x00\r\n'],
  sizes: ['3', '3', '3', '03', '3;a', '3;a=b', '3;a="b;c"', '3;a="b', '3;a"b', '3;', '3;;', '3;a=', '3;=b', '3; a', '3;a b', '3;a = b', '3;a="\\""', '3;\xe4', '3\t;a', '3\x0b;a', '3 ;a', '3 ', ' 3', '0x3', '+3', '3\x00', '3;\x00', '3;a\x7f', 'g', '', '-3', '3_0', '10000000000000003', '20000000000000', '3;a\nb', '3;a\rb'],
  dataEnds: [...Array<string>(12).fill('\r\n'), '\n', '', '\r', 'x\r\n'],
  lasts: ['0\r\n\r\n', '0\r\n\r\n', '0\r\n\r\n', '00\r\n\r\n', '0;a\r\n\r\n', '0\r\nA: b\r\n\r\n', '0\r\nContent-Length: 3\r\n\r\n', '0\r\nTransfer-Encoding: chunked\r\n\r\n', '0\n\n', '0\r\n\n', '0\r\nA : b\r\n\r\n', '0\r\nA: b\r\n c\r\n\r\n', '0\r\nA\r\n\r\n', '0\r\nA: b\n\r\n', '0\r\nA: b\x00\r\n\r\n'],
  bytes: ['\r', '\n', '\r\n', ' ', '\t', '\x00', '\x0b', '\x0c', '\x7f', '\x80', '\xff', ':', ';', ',', '0', '3', 'a', '\r\n\r\n', '\x85', '\xa0'],
};
const any = (...choices: string[]) => fc.constantFrom(...choices);
/** Mostly as it should be, so that what follows is reached. */
const mostly = (usual: string, choices: readonly string[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: any(...choices) });

const lengthField = fc
  .tuple(mostly('Content-Length', CHOICES.namesOfLength), any(...CHOICES.lengths))
  .map((pair) => pair.join(': '));
const encodingField = fc
  .tuple(mostly('Transfer-Encoding', CHOICES.namesOfEncoding), mostly('chunked', CHOICES.encodings))
  .map((pair) => pair.join(': '));
const chunkedBody = fc
  .tuple(
    fc.array(
      fc
        .tuple(mostly('3', CHOICES.sizes), mostly('\r\n', CHOICES.lineEnds), mostly('\r\n', CHOICES.dataEnds))
        .map(([size, end, dataEnd]) => `${size}${end}abc${dataEnd}`),
      { maxLength: 3 },
    ),
    mostly('0\r\n\r\n', CHOICES.lasts),
  )
  .map(([chunks, last]) => chunks.join('') + last);
const body = fc.oneof(
  { weight: 3, arbitrary: fc.record({ fields: fc.constant<string[]>([]), bytes: fc.constant('') }) },
  {
    weight: 3,
    arbitrary: fc.record({ fields: fc.constant(['Content-Length: 3']), bytes: fc.constant('abc') }),
  },
  { weight: 3, arbitrary: fc.record({ fields: encodingField.map((one) => [one]), bytes: chunkedBody }) },
  {
    weight: 1,
    arbitrary: fc.record({
      fields: lengthField.map((one) => [one]),
      bytes: any('', 'abc', 'abcde', '0\r\n\r\n'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      fields: fc.array(fc.oneof(lengthField, encodingField), { minLength: 1, maxLength: 3 }),
      bytes: fc.oneof(chunkedBody, any('', 'abc')),
    }),
  },
);

const request = fc
  .record({
    method: mostly('POST', CHOICES.methods),
    target: mostly('/', CHOICES.targets),
    version: mostly('HTTP/1.1', CHOICES.versions),
    host: mostly('Host: h', CHOICES.hosts),
    others: fc.oneof(
      { weight: 3, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.array(any(...CHOICES.others), { maxLength: 2 }) },
    ),
    body,
    ends: fc.array(any(...CHOICES.lineEnds), { minLength: 10, maxLength: 10 }),
    before: mostly('', ['\r\n', '\n', '\r', ' ', '\r\n\r\n']),
    spaces: mostly(' ', ['  ', '\t', '', '\x0b']),
  })
  .map(({ method, target, version, host, others, body, ends, before, spaces }) => {
    const lines = [
      `${method}${spaces}${target} ${version}`,
      ...(host === '' ? [] : [host]),
      ...body.fields,
      ...others,
      '',
    ];
    return before + lines.map((line, index) => line + (ends[index] ?? '\r\n')).join('') + body.bytes;
  });

const mutation = fc.record({
  kind: fc.constantFrom('insert', 'replace', 'remove', 'double'),
  place: fc.nat(1000),
  bytes: any(...CHOICES.bytes),
});

/**
 * Pipelined requests as byte strings, most of them wrong in a place or two: the places where readers have disagreed
 * about where a request ends, and single bytes changed anywhere.
 */
export const nearValidSeries: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(request, { minLength: 1, maxLength: 3 }),
    fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(mutation, { maxLength: 2 }) },
    ),
  )
  .map(([requests, mutations]) =>
    mutations.reduce((text, { kind, place, bytes }) => {
      const at = place % (text.length + 1);
      switch (kind) {
        case 'insert':
          return text.slice(0, at) + bytes + text.slice(at);
        case 'replace':
          return text.slice(0, at) + bytes + text.slice(at + 1);
        case 'remove':
          return text.slice(0, at) + text.slice(at + 1);
        default:
          return text.slice(0, at) + text.slice(at, at + 1) + text.slice(at);
      }
    }, requests.join('')),
  );
