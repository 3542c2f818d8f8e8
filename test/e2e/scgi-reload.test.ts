import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { askScgi, connectScgi, type ScgiPlace, scgiHead } from './ask-scgi.ts';
import { freePort } from './front-server.ts';
import { type LogLine, RunningSpillway } from './running-spillway.ts';

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

/** Answers WORD and the length of its body; at `/wait` when the file `go` is there. */
const script = `#!/bin/sh
cd "$DOCUMENT_ROOT"
case $PATH_INFO in /wait) while [ ! -e go ]; do sleep 0.02; done;; esac
printf 'Content-Type: text/plain\\n\\n%s %s' "$WORD" "$(wc -c)"
`;

const configuration = (listeners: readonly string[], word: string): string =>
  `listen: [ { http: 127.0.0.1:0 }, ${listeners.map((one) => `{ scgi: ${one} }`).join(', ')} ]
admin: 127.0.0.1:0
log: { format: json }
applications:
  said: { at: /, cgi: { program: ./said.cgi }, environment: { WORD: ${word} }, policies: [ fixed ] }
`;

async function start(...listeners: string[]): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  writeFileSync(join(folder, 'said.cgi'), script, { mode: 0o755 });
  gateway = await RunningSpillway.startWhole(folder, configuration(listeners, 'before'));
  return gateway;
}

const isReload = ({ event }: LogLine): boolean => event === 'reloaded' || event === 'reload-failed';

/** Writes another configuration and resolves with what the log says of the reload. */
async function reload(
  running: RunningSpillway,
  word: string,
  ...listeners: string[]
): Promise<LogLine | undefined> {
  writeFileSync(join(running.folder, 'spillway.yaml'), configuration(listeners, word));
  const told = running.log.filter(isReload).length;
  running.signal('SIGHUP');
  await running.until(() => running.log.filter(isReload).length > told);
  return running.log.filter(isReload).at(-1);
}

const socketOf = (running: RunningSpillway, name: string): string => join(running.folder, name);

/** The port of the SCGI listener that was opened last. */
const portOf = (running: RunningSpillway): number =>
  Number(
    String(running.log.filter(({ event, what }) => event === 'listening' && what === 'scgi').at(-1)?.address)
      .split(':')
      .at(-1),
  );

const answered = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);

const go = (running: RunningSpillway): void => writeFileSync(join(running.folder, 'go'), '');

/** A request that waits in its program. */
async function beginWaiting(running: RunningSpillway, place: ScgiPlace) {
  const client = await connectScgi(place);
  client.send(scgiHead('/wait', 4));
  client.send('body');
  await running.until(async () => (await running.metric('spillway_inflight')) === 1);
  return client;
}

describe('a reload with an SCGI listener', () => {
  test.each([
    ['a Unix socket', 'unix:./front.sock'],
    ['TCP', '127.0.0.1:PORT'],
  ])('that stays, over %s: what is under way ends as it began, the next is new', async (_what, address) => {
    const listener = address.replace('PORT', String(await freePort()));
    const running = await start(listener);
    const place = listener.startsWith('unix:') ? socketOf(running, 'front.sock') : portOf(running);
    const inode = typeof place === 'string' ? statSync(place).ino : 0;
    const waiting = await beginWaiting(running, place);
    const halfHead = await connectScgi(place);
    halfHead.send(scgiHead('/', 4).slice(0, 20));
    const halfBody = await connectScgi(place);
    halfBody.send(`${scgiHead('/', 4)}bo`);
    // Sent one after the other on this machine: what comes to a third is behind them.
    expect(answered(await askScgi(place, '/'))).toBe('before 0');
    expect(await reload(running, 'after', listener)).toMatchObject({ event: 'reloaded', changed: ['said'] });
    expect(answered(await askScgi(place, '/', 'twelve bytes'))).toBe('after 12');
    halfHead.send(`${scgiHead('/', 4).slice(20)}body`);
    halfBody.send('dy');
    go(running);
    expect(answered(await waiting.untilOver(15_000))).toBe('before 4');
    expect(answered(await halfBody.untilOver(15_000))).toBe('before 4');
    expect(answered(await halfHead.untilOver(15_000))).toBe('after 4');
    if (typeof place === 'string') expect(statSync(place).ino).toBe(inode);
  });

  test('whose mode changes: the same socket has it, and whoever waits in it is served', async () => {
    const running = await start('unix:./front.sock, mode: "0600"');
    const place = socketOf(running, 'front.sock');
    const { ino, mode } = statSync(place);
    expect(mode & 0o777).toBe(0o600);
    const waiting = await beginWaiting(running, place);
    expect(await reload(running, 'after', 'unix:./front.sock, mode: "0660"')).toMatchObject({
      event: 'reloaded',
    });
    expect(statSync(place)).toMatchObject({ ino });
    expect(statSync(place).mode & 0o777).toBe(0o660);
    expect(answered(await askScgi(place, '/'))).toBe('after 0');
    const failed = await reload(
      running,
      'worse',
      'unix:./front.sock, mode: "0600", group: nobody-has-this-name',
    );
    expect(failed).toMatchObject({ event: 'reload-failed' });
    expect(statSync(place).mode & 0o777).toBe(0o660);
    go(running);
    expect(answered(await waiting.untilOver(15_000))).toBe('before 4');
  });

  test('whose address changes: the new one serves, the old one finishes and takes nobody new, its name is gone', async () => {
    const running = await start('unix:./old.sock');
    const waiting = await beginWaiting(running, socketOf(running, 'old.sock'));
    const halfBody = await connectScgi(socketOf(running, 'old.sock'));
    halfBody.send(`${scgiHead('/', 4)}bo`);
    expect(answered(await askScgi(socketOf(running, 'old.sock'), '/'))).toBe('before 0');
    await reload(running, 'after', 'unix:./new.sock');
    expect(answered(await askScgi(socketOf(running, 'new.sock'), '/'))).toBe('after 0');
    await running.until(() => !existsSync(socketOf(running, 'old.sock')));
    await expect(connectScgi(socketOf(running, 'old.sock'))).rejects.toThrow();
    halfBody.send('dy');
    go(running);
    expect(answered(await waiting.untilOver(15_000))).toBe('before 4');
    expect(answered(await halfBody.untilOver(15_000))).toBe('before 4');
    expect(JSON.parse(await running.admin('/status')).listeners.join()).not.toContain('old.sock');
  });

  test('whose port changes: the new one serves, the old one refuses', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const running = await start(`127.0.0.1:${first}`);
    const waiting = await beginWaiting(running, first);
    await reload(running, 'after', `127.0.0.1:${second}`);
    expect(answered(await askScgi(second, '/'))).toBe('after 0');
    await running.until(async () => {
      const late = await connectScgi(first).catch(() => undefined);
      late?.leave();
      return late === undefined;
    });
    go(running);
    expect(answered(await waiting.untilOver(15_000))).toBe('before 4');
  });

  test('that is taken away: it finishes and is gone, the HTTP listener goes on', async () => {
    const running = await start('unix:./front.sock');
    const waiting = await beginWaiting(running, socketOf(running, 'front.sock'));
    await reload(running, 'after');
    await running.until(() => !existsSync(socketOf(running, 'front.sock')));
    expect(await (await fetch(`${running.address}/`)).text()).toBe('after 0');
    go(running);
    expect(answered(await waiting.untilOver(15_000))).toBe('before 4');
  });

  test('whose new address cannot be had changes nothing, not even for who is half way', async () => {
    const running = await start('unix:./front.sock');
    const halfBody = await connectScgi(socketOf(running, 'front.sock'));
    halfBody.send(`${scgiHead('/', 4)}bo`);
    const taken = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    const told = await reload(running, 'after', 'unix:./new.sock', `127.0.0.1:${taken.port}`);
    taken.stop(true);
    expect(told).toMatchObject({ event: 'reload-failed', code: 'listen/address-in-use' });
    await running.until(() => !existsSync(socketOf(running, 'new.sock')));
    expect(answered(await askScgi(socketOf(running, 'front.sock'), '/'))).toBe('before 0');
    halfBody.send('dy');
    expect(answered(await halfBody.untilOver(15_000))).toBe('before 4');
  });

  test('loses no request of those who have connected, however often it comes and the address moves', async () => {
    const port = await freePort();
    const stays = 'unix:./stays.sock';
    const running = await start(stays, 'unix:./one.sock', `127.0.0.1:${port}`);
    const counts = { stays: 0, moves: 0 };
    const failures: string[] = [];
    let over = false;
    const visit = async (kind: keyof typeof counts, places: () => readonly ScgiPlace[]): Promise<void> => {
      while (!over) {
        for (const place of places()) {
          // A name that has gone is told at once: the front server takes its next one. Who is in must be served.
          const client = await connectScgi(place).catch(() => undefined);
          if (client === undefined) continue;
          client.send(`${scgiHead('/', 5)}bytes`);
          const answer = await client.untilOver(15_000).catch(String);
          client.leave();
          if (/^Status: 200 OK\r\n(?:.*\r\n)*\r\nword\d+ 5$/.test(answer)) counts[kind]++;
          else failures.push(`${place}: ${JSON.stringify(answer)}`);
        }
      }
    };
    await reload(running, 'word0', stays, 'unix:./one.sock', `127.0.0.1:${port}`);
    const moving = (): ScgiPlace[] => ['one.sock', 'two.sock'].map((name) => socketOf(running, name));
    const visitors = [
      visit('stays', () => [socketOf(running, 'stays.sock'), port]),
      visit('stays', () => [socketOf(running, 'stays.sock'), port]),
      visit('moves', moving),
      visit('moves', moving),
    ];
    for (let turn = 1; turn <= 12; turn++) {
      const before = { ...counts };
      const name = turn % 2 === 0 ? 'one' : 'two';
      await reload(running, `word${turn}`, stays, `unix:./${name}.sock`, `127.0.0.1:${port}`);
      await running.until(() => counts.stays > before.stays && counts.moves > before.moves);
    }
    over = true;
    await Promise.all(visitors);
    expect(failures).toEqual([]);
  });
});
