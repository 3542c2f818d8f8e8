// Reads pipelined series of requests with Node's own HTTP parser, llhttp, without any leniency. Each line of the input is
// one series, a byte string as JSON; each line of the output is what was read in it, as `PeerSeries` in `llhttp.ts` has it.
'use strict';

const { HTTPParser, methods, allMethods } = process.binding('http_parser');
const METHODS = allMethods ?? methods;
const CALLBACKS = {
  headers: HTTPParser.kOnHeaders,
  headersComplete: HTTPParser.kOnHeadersComplete,
  body: HTTPParser.kOnBody,
  messageComplete: HTTPParser.kOnMessageComplete,
};

function readSeries(text) {
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {}, 65_536, 0);
  const requests = [];
  let request;
  // Long heads are given in parts; so are trailers, which are of no interest.
  let partOfFields = [];
  let partOfUrl = '';
  parser[CALLBACKS.headers] = (fields, url) => {
    partOfFields.push(...fields);
    partOfUrl += url;
  };
  parser[CALLBACKS.headersComplete] = (
    _major,
    minor,
    fields,
    method,
    url,
    _status,
    _text,
    upgrade,
    keepAlive,
  ) => {
    const flat = [...partOfFields, ...(fields ?? [])];
    request = {
      method: METHODS[method],
      url: url ?? partOfUrl,
      minorVersion: minor,
      fields: Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index], flat[2 * index + 1]]),
      keepAlive,
      upgrade,
      body: '',
      complete: false,
    };
    partOfFields = [];
    partOfUrl = '';
    requests.push(request);
    return 0;
  };
  parser[CALLBACKS.body] = (bytes, from = 0, length = bytes.length) => {
    request.body += Buffer.from(bytes).toString('latin1', from, from + length);
  };
  parser[CALLBACKS.messageComplete] = () => {
    partOfFields = [];
    partOfUrl = '';
    request.complete = true;
  };
  const bytes = Buffer.from(text, 'latin1');
  const result = parser.execute(bytes);
  return {
    requests,
    error: result instanceof Error ? result.code : null,
    reason: result instanceof Error ? result.reason : null,
    unread: result instanceof Error ? 0 : bytes.length - result,
  };
}

const lines = require('node:fs')
  .readFileSync(0, 'utf8')
  .split('\n')
  .filter((line) => line !== '');
process.stdout.write(lines.map((line) => `${JSON.stringify(readSeries(JSON.parse(line)))}\n`).join(''));
