import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cgiResponseHead } from '../../src/app/cgi-response-head.ts';
import { writeResponse } from '../../src/app/write-response.ts';
import { parseCgiHead } from '../../src/protocol/cgi/parse-cgi-head.ts';

const live = new AbortController().signal;

async function written(response: Response, isHead = false) {
  const writes: string[] = [];
  const output = {
    async write(bytes: Uint8Array) {
      writes.push(Buffer.from(bytes).toString('latin1'));
    },
  };
  const end = await writeResponse(response, { isHead, signal: live, output });
  return { end, writes, text: writes.join('') };
}

describe('the head of a CGI response', () => {
  test('says status, reason, fields and every cookie', () => {
    const headers = new Headers({ 'x-one': '1', 'content-type': 'a/b' });
    headers.append('set-cookie', 'a');
    headers.append('set-cookie', 'b');
    const head = cgiResponseHead(new Response('x', { status: 404, headers }), 1);
    expect(head).toMatch(/^Status: 404 Not Found\r\n/);
    expect(head).toMatch(/\r\n\r\n$/);
    expect(head.slice(0, -4).split('\r\n').slice(1).sort()).toEqual([
      'content-length: 1',
      'content-type: a/b',
      'set-cookie: a',
      'set-cookie: b',
      'x-one: 1',
    ]);
  });

  test('leaves out a reason that is none, since the runtime lets line ends through', () => {
    const head = cgiResponseHead(new Response('', { statusText: 'x\r\nset-cookie: evil' }));
    expect(head).toMatch(/^Status: 200 OK\r\n/);
    expect(head).not.toContain('evil');
  });

  test('keeps the length that the application says', () => {
    const head = cgiResponseHead(new Response('x', { headers: { 'content-length': '7' } }), 1);
    expect(head.match(/content-length/g)).toHaveLength(1);
    expect(head).toContain('content-length: 7');
  });

  test.each([204, 304])('of %i has neither length nor type of a body', (status) => {
    expect(cgiResponseHead(new Response(null, { status }), 0)).not.toMatch(/content-/);
  });

  test('is one that the gateway reads, whatever an application says', () => {
    const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
    const value = fc.string();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(token, value)),
        fc.string(),
        fc.integer({ min: 200, max: 599 }),
        (fields, statusText, status) => {
          const headers = new Headers({ 'content-type': 'text/plain' });
          for (const [name, text] of fields) {
            if (/^(content-|location|status)/.test(name)) continue;
            try {
              headers.append(name, text);
            } catch {
              // What the runtime refuses never gets here.
            }
          }
          const head = cgiResponseHead(new Response(null, { status, statusText, headers }));
          const parsed = parseCgiHead(Buffer.from(head, 'latin1'), head.length);
          expect(parsed).toMatchObject({ kind: 'answer', head: { status } });
        },
      ),
    );
  });
});

describe('the body of a response', () => {
  test('that is here as a whole goes out in one piece with its length', async () => {
    const { end, writes } = await written(new Response('hello'));
    expect(end).toBe('whole');
    expect(writes).toHaveLength(1);
    expect(writes[0]).toMatch(/content-length: 5\r\n.*\r\n\r\nhello$/s);
  });

  test('that streams has its head out before it is over', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const writes: string[] = [];
    const body = new ReadableStream({
      async pull(controller) {
        await promise;
        controller.enqueue('late');
        controller.close();
      },
    });
    const output = {
      async write(bytes: Uint8Array) {
        writes.push(Buffer.from(bytes).toString('latin1'));
        resolve();
      },
    };
    expect(await writeResponse(new Response(body), { isHead: false, signal: live, output })).toBe('whole');
    expect(writes[0]).toMatch(/^Status: 200 OK\r\n/);
    expect(writes.at(-1)).toBe('late');
  });

  test('is the bytes that the application gave, however they were cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1 }), { maxLength: 10 }), async (chunks) => {
        const body = new ReadableStream({
          start(controller) {
            for (const chunk of chunks) controller.enqueue(chunk);
            controller.close();
          },
        });
        const { end, text } = await written(new Response(body));
        expect(end).toBe('whole');
        expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe(Buffer.concat(chunks).toString('latin1'));
      }),
      { numRuns: 50 },
    );
  });

  test('that fails at once leaves the head unsaid, so that the visitor can be told', async () => {
    const body = new ReadableStream({
      pull() {
        throw new Error('at once');
      },
    });
    const { end, writes } = await written(new Response(body));
    expect(end).toMatchObject({ headIsOut: false });
    expect(writes).toEqual([]);
  });

  test('of things that are no bytes is a failure', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(17);
      },
    });
    expect((await written(new Response(body))).end).toMatchObject({ error: expect.any(TypeError) });
  });

  test('is left by a reader that leaves: the stream of the application is cancelled', async () => {
    let cancelled = false;
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue('x');
      },
      cancel() {
        cancelled = true;
      },
    });
    const output = {
      write(): Promise<void> {
        return Promise.reject(new Error('gone'));
      },
    };
    expect(await writeResponse(new Response(body), { isHead: false, signal: live, output })).toBe('gone');
    expect(cancelled).toBe(true);
  });
});
