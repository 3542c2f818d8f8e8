import { expect, test } from 'vitest';
import { Poller } from '../../../src/admin/status-page/poller.ts';

/** A poller whose questions are answered, and whose pauses end, when the test says so. */
function pollerOf() {
  const asked: PromiseWithResolvers<string>[] = [];
  const waits: { readonly delayMs: number; readonly run: () => void; cancelled: boolean }[] = [];
  const heard: string[] = [];
  const poller = new Poller<string>({
    ask: () => {
      const one = Promise.withResolvers<string>();
      asked.push(one);
      return one.promise;
    },
    answered: (answer) => heard.push(answer),
    failed: () => heard.push('failed'),
    after: (delayMs, run) => {
      const wait = { delayMs, run, cancelled: false };
      waits.push(wait);
      return () => {
        wait.cancelled = true;
      };
    },
  });
  const settled = () => new Promise<void>((done) => setImmediate(done));
  return { poller, asked, waits, heard, settled };
}

test('asks again a second after an answer, and two after a failure', async () => {
  const { poller, asked, waits, heard, settled } = pollerOf();
  poller.start();
  asked[0]?.resolve('one');
  await settled();
  expect([heard, waits.map(({ delayMs }) => delayMs)]).toEqual([['one'], [1000]]);
  waits[0]?.run();
  asked[1]?.reject(new Error('gone'));
  await settled();
  expect([heard, waits.map(({ delayMs }) => delayMs)]).toEqual([
    ['one', 'failed'],
    [1000, 2000],
  ]);
});

test('asks nothing while it is stopped, and passes over an answer that was under way', async () => {
  const { poller, asked, waits, heard, settled } = pollerOf();
  poller.start();
  poller.stop();
  asked[0]?.resolve('late');
  await settled();
  expect([heard, waits.length]).toEqual([[], 0]);
  poller.start();
  asked[1]?.resolve('now');
  await settled();
  poller.stop();
  expect([heard, waits[0]?.cancelled]).toEqual([['now'], true]);
});

test('never asks two questions at once', async () => {
  const { poller, asked, heard, settled } = pollerOf();
  poller.start();
  poller.stop();
  poller.start();
  expect(asked.length).toBe(1);
  asked[0]?.resolve('one');
  await settled();
  expect(heard).toEqual(['one']);
});
