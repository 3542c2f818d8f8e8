import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { python } from './python.ts';
import { type Answered, type Asked, type RunningApplication, ways } from './ways-to-run.ts';

interface Rule {
  readonly rule: string;
  readonly ask: Asked;
  /** The whole answer. */
  readonly answer: string | RegExp;
  /** On standard error; nothing else may be there where it is left out. */
  readonly errors?: RegExp;
  /** The way the answer ends says that it is cut. */
  readonly isCut?: true;
}

const text = 'Content-Type: text/plain\r\n';
const hello = 'Content-Length: 5\r\n\r\nhello';
const ok = `Status: 200 OK\r\n${text}`;
const failed =
  /^Status: 500 Internal Server Error\r\n.*\r\n\r\n500 Internal Server Error\n\n.* id request-1\.\n$/s;
const onPurpose =
  /^spillway_wsgi: error request-1: GET \/[a-z-]+: RuntimeError: on purpose.*\nTraceback .*RuntimeError: on purpose/ms;

const rules: readonly Rule[] = [
  { rule: 'an answer of known length is given as it is', ask: { path: '/known-length' }, answer: ok + hello },
  {
    rule: 'validated blocks of unknown number have no length',
    ask: { path: '/one-block' },
    answer: `${ok}\r\nhello`,
  },
  { rule: 'a tuple of blocks is taken', ask: { path: '/several-blocks' }, answer: `${ok}\r\nhello` },
  { rule: 'a list of one block has its length', ask: { path: '/bare-one-block' }, answer: ok + hello },
  {
    rule: 'blocks that are all there have their length',
    ask: { path: '/bare-several-blocks' },
    answer: ok + hello,
  },
  {
    rule: 'an empty list has the length 0',
    ask: { path: '/bare-no-block' },
    answer: `${ok}Content-Length: 0\r\n\r\n`,
  },
  {
    rule: 'a sequence of len() 1 has the length of its block',
    ask: { path: '/own-sequence' },
    answer: ok + hello,
  },
  { rule: 'a generator has no length', ask: { path: '/generator' }, answer: `${ok}\r\nhello` },
  {
    rule: 'an iterable without blocks sends the head at its end',
    ask: { path: '/no-block' },
    answer: `${ok}Content-Length: 0\r\n\r\n`,
  },
  {
    rule: 'a generator may start the response when it is asked for its first block',
    ask: { path: '/late-start' },
    answer: `Status: 202 Accepted\r\n${text}\r\nlate`,
  },
  {
    rule: 'start_response with exc_info replaces a head that was not sent',
    ask: { path: '/replaced-head' },
    answer: `Status: 503 Not Now\r\n${text}Content-Length: 3\r\n\r\nnow`,
  },
  {
    rule: 'an empty block does not send the head',
    ask: { path: '/replaced-after-empty-block' },
    answer: `Status: 503 Not Now\r\n${text}\r\nnow`,
  },
  {
    rule: 'start_response with exc_info raises it again when the head was sent',
    ask: { path: '/raises-again-by-exc-info' },
    answer: `${ok}\r\nhalf`,
    errors: onPurpose,
    isCut: true,
  },
  { rule: 'write() goes before the blocks', ask: { path: '/writes' }, answer: `${ok}\r\none two three` },
  {
    rule: 'the first write() sends the head, even of nothing',
    ask: { path: '/write-nothing-sends-the-head' },
    answer: `${ok}\r\n`,
    errors: /ValueError: too late/,
    isCut: true,
  },
  {
    rule: 'write() takes bytes alone',
    ask: { path: '/write-text' },
    answer: failed,
    errors: /TypeError: expected bytes, found str/,
  },
  {
    rule: 'a body is read by its length',
    ask: { path: '/echo', body: 'a\0\xff=\r\n' },
    answer: `${ok}\r\na\0\xff=\r\n`,
  },
  {
    rule: 'a body that does not come at once is read whole',
    ask: { path: '/echo', body: 'body '.repeat(200_000) },
    answer: `${ok}\r\n${'body '.repeat(200_000)}`,
  },
  {
    rule: 'who asks for more than the body gets the body, then nothing',
    ask: { path: '/asks-for-more', body: 'abcdefg' },
    answer: `${ok}\r\nabc|defg|||.`,
  },
  {
    rule: 'who asks for more than a large body gets the body, then nothing',
    ask: { path: '/asks-for-more', body: `abc${'d'.repeat(500_000)}` },
    answer: `${ok}\r\nabc|${'d'.repeat(500_000)}|||.`,
  },
  {
    rule: 'where there is no body there is nothing to read',
    ask: { path: '/asks-for-more' },
    answer: `${ok}\r\n||||.`,
  },
  {
    rule: 'read() without a size reads the rest of the body',
    ask: { path: '/reads-all', body: 'abc' },
    answer: `${ok}Content-Length: 5\r\n\r\nabc||`,
  },
  {
    rule: 'readline, readlines and iteration give lines',
    ask: { path: '/lines', body: 'one\ntwo\nthree\nfour\nfive' },
    answer: `${ok}\r\none\n|tw|o\n|three\n|four\n|five`,
  },
  {
    rule: 'readlines without a hint gives all lines',
    ask: { path: '/all-lines', body: 'one\n\nthree\n' },
    answer: `${ok}\r\none\n|\n|three\n`,
  },
  {
    rule: 'a body may be left unread',
    ask: { path: '/leaves-body', body: 'x'.repeat(1_000_000) },
    answer: `Status: 413 Too Much\r\n${text}\r\ntoo much`,
  },
  {
    rule: 'a body that breaks off is an OSError',
    ask: { path: '/body-breaks-off', body: 'half', length: 100 },
    answer: /^Status: 200 OK\r\n/,
    errors: /^broken off: VisitorLeft$/m,
  },
  {
    rule: 'a body that breaks off is no error of an application that trusts in it',
    ask: { path: '/trusts-the-body', body: 'half', length: 100 },
    answer: /^Status: 400 Bad Request\r\n/,
  },
  {
    rule: 'wsgi.errors and print() go to standard error',
    ask: { path: '/errors-stream' },
    answer: `${ok}\r\nok`,
    errors: /written caf(\xc3\xa9|\\xe9)\nand lines\n/,
  },
  {
    rule: 'status and fields are bytes as latin-1',
    ask: { path: '/latin-1', query: 'a=b' },
    answer: `Status: 200 Voil\xe0\r\n${text}X-Name: caf\xe9\r\nX-Path: a=b\r\n\r\nok`,
  },
  {
    rule: 'a 204 has neither body nor length',
    ask: { path: '/no-content' },
    answer: 'Status: 204 No Content\r\n\r\n',
  },
  {
    rule: 'a 304 has no body, and the length that it says',
    ask: { path: '/not-modified' },
    answer: 'Status: 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
  },
  {
    rule: 'HEAD has the head of GET',
    ask: { path: '/bare-one-block', method: 'HEAD' },
    answer: `${ok}Content-Length: 5\r\n\r\n`,
  },
  {
    rule: 'HEAD has no body of a generator',
    ask: { path: '/generator', method: 'HEAD' },
    answer: `${ok}\r\n`,
  },
  { rule: 'HEAD has no body of write()', ask: { path: '/writes', method: 'HEAD' }, answer: `${ok}\r\n` },
  { rule: 'HEAD has no body of a file', ask: { path: '/file', method: 'HEAD' }, answer: `${ok}\r\n` },
  {
    rule: 'HEAD asks for no more blocks than the head needs, and closes',
    ask: { path: '/head-of-the-endless', method: 'HEAD' },
    answer: `${ok}\r\n`,
    errors: /^closed \/head-of-the-endless$/m,
  },
  {
    rule: 'no more is sent than Content-Length says, and no more is asked for',
    ask: { path: '/more-than-length' },
    answer: ok + hello,
    errors: /^closed \/more-than-length$/m,
  },
  {
    rule: 'a list of more than Content-Length says is cut to it',
    ask: { path: '/list-of-more-than-length' },
    answer: ok + hello,
  },
  {
    rule: 'write() past Content-Length is an error of who calls it',
    ask: { path: '/write-past-length' },
    answer: ok + hello,
    errors: /^refused: write\(\) past the Content-Length of 5$/m,
  },
  {
    rule: 'less than Content-Length says is reported',
    ask: { path: '/fewer-than-length' },
    answer: `${ok}Content-Length: 100\r\n\r\nhalf`,
    errors: /ValueError: expected 100 bytes as Content-Length says, found 4/,
  },
  {
    rule: 'close() is called',
    ask: { path: '/closed' },
    answer: `${ok}\r\nhello`,
    errors: /^closed \/closed$/m,
  },
  {
    rule: 'an error of close() does not change an answer that is whole',
    ask: { path: '/raises-in-close' },
    answer: `${ok}Content-Length: 5\r\n\r\nhello`,
    errors: /RuntimeError: in close/,
  },
  {
    rule: 'wsgi.file_wrapper works in middleware',
    ask: { path: '/file' },
    answer: `${ok}\r\n${'x'.repeat(299_990)}`,
  },
  {
    rule: 'a file is sent from where it is',
    ask: { path: '/bare-file' },
    answer: `${ok}Content-Length: 299990\r\n\r\n${'x'.repeat(299_990)}`,
  },
  {
    rule: 'a file is sent as far as Content-Length says',
    ask: { path: '/part-of-a-file' },
    answer: `${ok}Content-Length: 3\r\n\r\n234`,
  },
  {
    rule: 'a file is sent behind what was written',
    ask: { path: '/file-behind-write' },
    answer: `${ok}\r\nbefore after`,
  },
  {
    rule: 'what is like a file is read and closed',
    ask: { path: '/file-of-memory' },
    answer: `${ok}\r\n0123456789`,
    errors: /^closed the file$/m,
  },
  { rule: 'a pipe is read as a file', ask: { path: '/file-of-a-pipe' }, answer: `${ok}\r\nfrom a pipe` },
  {
    rule: 'a file of less than Content-Length says is reported',
    ask: { path: '/shrinking-file' },
    answer: `${ok}Content-Length: 20\r\n\r\nxxxxxxxxxx`,
    errors: /ValueError: expected 20 bytes/,
  },
  {
    rule: 'large blocks are sent whole',
    ask: { path: '/large' },
    answer: `${ok}\r\n${[...'abcdefgh'].map((letter) => letter.repeat(200_000)).join('')}`,
  },
  { rule: 'an error becomes a 500 with an id', ask: { path: '/raises' }, answer: failed, errors: onPurpose },
  {
    rule: 'an error after start_response becomes a 500',
    ask: { path: '/raises-after-start' },
    answer: failed,
    errors: onPurpose,
  },
  {
    rule: 'an error before the first block becomes a 500, and close() is called',
    ask: { path: '/raises-before-first-block' },
    answer: failed,
    errors: /^closed \/raises-before-first-block\n.*on purpose/ms,
  },
  {
    rule: 'an error has no body for HEAD',
    ask: { path: '/raises', method: 'HEAD' },
    answer: /^Status: 500 Internal Server Error\r\n.*\r\nContent-Length: \d+\r\n\r\n$/s,
    errors: /RuntimeError: on purpose/,
  },
  {
    rule: 'an error after the head cuts the answer for all to see, and close() is called',
    ask: { path: '/raises-after-first-block' },
    answer: `${ok}\r\nhalf`,
    errors: /^closed \/raises-after-first-block\n.*on purpose/ms,
    isCut: true,
  },
  {
    rule: 'an error within an answer of known length leaves it short',
    ask: { path: '/raises-within-length' },
    answer: `${ok}Content-Length: 100\r\n\r\nhalf`,
    errors: onPurpose,
  },
  {
    rule: 'start_response twice without exc_info is an error',
    ask: { path: '/start-twice' },
    answer: failed,
    errors: /AssertionError: start_response was called a second time without exc_info/,
  },
  ...['/no-start', '/no-start-generator', '/no-start-no-block'].map((path) => ({
    rule: 'a block before start_response is an error',
    ask: { path },
    answer: failed,
    errors: /AssertionError: start_response was not called before the first block/,
  })),
  ...['/text-block', '/text-block-generator'].map((path) => ({
    rule: 'a block of text is an error',
    ask: { path },
    answer: failed,
    errors: /TypeError: expected blocks of bytes, found str/,
  })),
  {
    rule: 'an application that returns nothing is an error',
    ask: { path: '/returns-nothing' },
    answer: failed,
    errors: /TypeError: 'NoneType' object is not iterable/,
  },
  {
    rule: 'PATH_INFO is the bytes of the path',
    ask: { path: '/path-bytes' },
    answer: `${ok}Content-Length: 11\r\n\r\n/path-bytes`,
  },
];

/** How many heads rules.py has that are to be refused. */
const REFUSED_HEADS = 37;

describe.skipIf(!python.available).each(ways)('PEP 3333 in $name', ({ name, flags, start }) => {
  let application: RunningApplication | undefined;

  beforeAll(async () => {
    application = await start('rules:application');
  });
  afterAll(async () => {
    expect(await application?.stop()).toEqual({ code: 0, signal: null });
  });

  async function ask(asked: Asked): Promise<Answered> {
    if (application === undefined) throw new Error('not started');
    return await application.ask(asked);
  }

  test.each(rules)('$rule ($ask.path)', async ({ ask: asked, answer, errors, isCut = false }) => {
    const answered = await ask(asked);
    if (typeof answer === 'string') expect(answered.answer).toBe(answer);
    else expect(answered.answer).toMatch(answer);
    const announced = /^Content-Length:/m.test(answered.answer);
    // Of an announced length, that it is not reached says enough.
    if (!announced) expect(answered.isCut).toBe(isCut);
    if (errors === undefined) expect(withoutAccessLog(answered.errors())).toBe('');
    else await until(() => errors.test(answered.errors()), `${errors} in ${answered.errors()}`);
    expect(answered.errors()).not.toContain('wsgiref/validate.py');
    expect(answered.errors()).not.toContain('a block too many');
  });

  test('start_response refuses what is no head while the application still runs', async () => {
    expect((await ask({ path: '/number-of-refused-heads' })).answer).toMatch(/\r\n\r\n37$/);
    // Over CGI, a process each.
    const numbers =
      name === 'CGI' ? [0, 18, 28] : Array.from({ length: REFUSED_HEADS }, (_, number) => number);
    for (const number of numbers) {
      const { answer } = await ask({ path: '/refused-head', query: String(number) });
      expect(answer, `number ${number}`).toMatch(/\r\n\r\nrefused: ['"]expected /);
    }
  });

  test('the environ is complete, and says how the application runs', async () => {
    const { answer } = await ask({ path: '/a \xc3\xa9\xff', query: 'q=%20', body: 'x' });
    const found = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>;
    expect(found).toMatchObject({
      exactly_dict: true,
      REQUEST_METHOD: 'POST',
      SCRIPT_NAME: '',
      PATH_INFO: '/a \xc3\xa9\xff',
      QUERY_STRING: 'q=%20',
      CONTENT_LENGTH: '1',
      SERVER_PROTOCOL: 'HTTP/1.1',
      'wsgi.version': [1, 0],
      'wsgi.url_scheme': 'http',
    });
    expect(['wsgi.multithread', 'wsgi.multiprocess', 'wsgi.run_once'].map((flag) => found[flag])).toEqual(
      flags,
    );
  });

  test('an application that changes its environ changes it for itself', async () => {
    for (const _ of [1, 2]) expect((await ask({ path: '/own-environ' })).answer).toContain('((1, 0), None)');
  });
});

function withoutAccessLog(errors: string): string {
  return errors.replaceAll(/^127\.0\.0\.1 - - .*\n/gm, '');
}
