import { afterEach, expect, test } from 'vitest';
import type { RunningSpillway } from './running-spillway.ts';
import { servePrograms } from './serve-programs.ts';

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

test("a front server's id reaches the program, its standard error, the answer, the log and the page", async () => {
  gateway = await servePrograms({
    ids: 'echo complaint >&2; printf "Content-Type: text/plain\\n\\n%s %s" "$UNIQUE_ID" "$HTTP_X_REQUEST_ID"',
    broken: 'exit 1',
  });
  const running = gateway;
  const headers = { 'X-Request-Id': 'front-42', accept: 'application/json' };
  const served = await fetch(`${running.address}/ids`, { headers });
  expect(await served.text()).toBe('front-42 front-42');
  expect(served.headers.get('x-request-id')).toBe('front-42');
  const failed = await fetch(`${running.address}/broken`, { headers });
  expect(await failed.json()).toMatchObject({ status: 502, request_id: 'front-42' });
  expect(failed.headers.get('x-request-id')).toBe('front-42');
  await running.until(() => running.requests().length === 2);
  expect(running.requests().map(({ id }) => id)).toEqual(['front-42', 'front-42']);
  expect(running.log).toContainEqual(
    expect.objectContaining({ event: 'program-said', id: 'front-42', line: 'complaint' }),
  );
});

test('without a usable id the program and the visitor see the one that was made here', async () => {
  gateway = await servePrograms({
    ids: 'printf "Content-Type: text/plain\\n\\n%s %s" "$UNIQUE_ID" "$HTTP_X_REQUEST_ID"',
  });
  const answer = await fetch(`${gateway.address}/ids`, { headers: { 'X-Request-Id': 'not safe;' } });
  const id = answer.headers.get('x-request-id') ?? '';
  expect(id).toMatch(/^[0-9a-f]{12}-1$/);
  expect(await answer.text()).toBe(`${id} ${id}`);
});
