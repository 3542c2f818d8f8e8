import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { peer } from '../support/peer.ts';
import { runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

const openssl = peer('OpenSSL', 'openssl');
const guestbook = join(import.meta.dirname, '../../demo/guestbook/guestbook.scgi');

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

const said = (name: string, word: string): string =>
  `  ${name}: { at: /${name}, cgi: { program: ./say.cgi }, environment: { WORD: ${word} }, policies: [ fixed ] }\n`;

const book = (name: string): string =>
  `  ${name}:
    at: /${name}
    scgi: { address: unix:./${name}.sock, daemon: { command: [${guestbook}, ./${name}.sock] } }
    environment: { GUESTBOOK_DATA: ./data }
    policies: [ fixed ]
`;

async function start(applications: string): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  const script =
    '#!/bin/sh\n[ -z "$QUERY_STRING" ] || sleep "$QUERY_STRING"\nprintf "Content-Type: text/plain\\n\\n$WORD"\n';
  writeFileSync(join(folder, 'say.cgi'), script, { mode: 0o755 });
  gateway = await RunningSpillway.start(folder, `applications:\n${applications}`);
  return gateway;
}

/** Writes other applications (and what else) into the file of a running gateway, asks for a reload, and waits until it is told. */
async function reload(
  running: RunningSpillway,
  applications: string,
  change: (head: string) => string = (head) => head,
): Promise<void> {
  const file = join(running.folder, 'spillway.yaml');
  const [head = ''] = readFileSync(file, 'utf8').split('applications:\n');
  writeFileSync(file, `${change(head)}applications:\n${applications}`);
  const told = running.log.filter(isReload).length;
  running.signal('SIGHUP');
  await running.until(() => running.log.filter(isReload).length > told);
}

const isReload = (line: Readonly<Record<string, unknown>>): boolean =>
  line.event === 'reloaded' || line.event === 'reload-failed';

const text = async (url: string): Promise<string> => await (await fetch(url)).text();

const daemonPids = (running: RunningSpillway, application: string): unknown[] =>
  running.log
    .filter((line) => line.event === 'daemon-started' && line.application === application)
    .map((line) => line.pid);

describe('a reload', () => {
  test('puts what has changed into force, and what is new, and forgets what is gone', async () => {
    const running = await start(said('one', 'first') + said('two', 'second'));
    expect(await text(`${running.address}/one`)).toBe('first');
    await reload(running, said('one', 'changed') + said('three', 'third'));
    expect(await text(`${running.address}/one`)).toBe('changed');
    expect(await text(`${running.address}/three`)).toBe('third');
    expect((await fetch(`${running.address}/two`)).status).toBe(404);
    expect(running.log.find(isReload)).toMatchObject({
      event: 'reloaded',
      added: ['three'],
      changed: ['one'],
      removed: ['two'],
    });
    expect(await running.metric('spillway_config_last_reload_successful')).toBe(1);
    expect(JSON.parse(await running.admin('/status')).last_reload).toMatchObject({
      successful: true,
      faults: [],
    });
  });

  test('leaves the daemons of applications alone that it does not touch, and stops those of the others', async () => {
    const running = await start(book('kept') + book('changed') + book('removed'));
    for (const name of ['kept', 'changed', 'removed'])
      expect((await fetch(`${running.address}/${name}`)).status).toBe(200);
    await running.until(() =>
      ['kept', 'changed', 'removed'].every((name) => daemonPids(running, name).length === 1),
    );
    const [kept, changed, removed] = ['kept', 'changed', 'removed'].map((name) =>
      Number(daemonPids(running, name)[0]),
    );
    await reload(running, book('kept') + book('changed').replace('DATA: ./data', 'DATA: ./data, MORE: "1"'));
    const gone = (pid: number | undefined): boolean => {
      try {
        process.kill(pid ?? 0, 0);
        return false;
      } catch {
        return true;
      }
    };
    await running.until(() => gone(changed) && gone(removed));
    expect((await fetch(`${running.address}/kept`)).status).toBe(200);
    expect((await fetch(`${running.address}/changed`)).status).toBe(200);
    await running.until(() => daemonPids(running, 'changed').length === 2);
    expect(daemonPids(running, 'kept')).toEqual([kept]);
    expect(gone(kept)).toBe(false);
  });

  test('of a bad file changes nothing, and says where it is bad: in the log, in the status, in the metrics', async () => {
    const running = await start(said('one', 'first'));
    await reload(running, said('one', 'changed').replace('cgi:', 'cig:'));
    expect(await text(`${running.address}/one`)).toBe('first');
    const failed = running.log.find((line) => line.event === 'reload-failed');
    expect(failed?.problem).toMatch(/spillway\.yaml:\d+:\d+: applications\.one/);
    expect(await running.metric('spillway_config_last_reload_successful')).toBe(0);
    const status = JSON.parse(await running.admin('/status'));
    expect(status.last_reload.successful).toBe(false);
    expect(status.last_reload.faults.join()).toMatch(/spillway\.yaml:\d+:\d+/);
    await reload(running, said('one', 'mended'));
    expect(await text(`${running.address}/one`)).toBe('mended');
    expect(await running.metric('spillway_config_last_reload_successful')).toBe(1);
  });

  test('with an address that cannot be had changes nothing', async () => {
    const running = await start(said('one', 'first'));
    const taken = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    await reload(running, said('one', 'changed'), (head) =>
      head.replace('listen: [ ', `listen: [ { http: "127.0.0.1:${taken.port}" }, `),
    );
    taken.stop(true);
    expect(await text(`${running.address}/one`)).toBe('first');
    expect(running.log.find((line) => line.event === 'reload-failed')?.code).toBe('listen/address-in-use');
  });

  test('lets what is under way end as it began', async () => {
    const running = await start(said('one', 'before'));
    const underway = text(`${running.address}/one?0.5`);
    await running.until(async () => (await running.metric('spillway_inflight', 'application="one"')) === 1);
    await reload(running, said('one', 'after'));
    expect(await text(`${running.address}/one`)).toBe('after');
    expect(await underway).toBe('before');
  });

  test('loses no request, however often it comes', async () => {
    const running = await start(said('one', 'word0') + book('kept'));
    let stop = false;
    let answered = 0;
    const failures: unknown[] = [];
    const visitor = async (path: string): Promise<void> => {
      while (!stop) {
        try {
          const response = await fetch(running.address + path);
          await response.text();
          if (response.status === 200) answered++;
          else failures.push(response.status);
        } catch (error) {
          failures.push(String(error));
        }
      }
    };
    const visitors = ['/one', '/one', '/kept', '/kept'].map(visitor);
    for (let turn = 1; turn <= 15; turn++) await reload(running, said('one', `word${turn}`) + book('kept'));
    stop = true;
    await Promise.all(visitors);
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(30);
    expect(daemonPids(running, 'kept')).toHaveLength(1);
    expect(await text(`${running.address}/one`)).toBe('word15');
  });

  test('opens new listeners and closes old ones', async () => {
    const running = await start(said('one', 'first'));
    const probe = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    const { port } = probe;
    probe.stop(true);
    const old = running.address;
    await reload(running, said('one', 'first'), (head) =>
      head.replace('127.0.0.1:0 }', `127.0.0.1:${port} }`),
    );
    expect(await text(`http://127.0.0.1:${port}/one`)).toBe('first');
    await expect(fetch(`${old}/one`)).rejects.toThrow();
  });
});

describe.skipIf(!openssl.available)('a reload of certificates', () => {
  const issue = async (folder: string, name: string): Promise<void> => {
    const { code, output } = await runCommand(
      openssl.path,
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        '-addext',
        `subjectAltName=DNS:${name}`,
        '-keyout',
        'key.pem',
        '-out',
        'site.pem',
      ],
      { cwd: folder },
    );
    expect(code, output).toBe(0);
  };

  const served = async (running: RunningSpillway): Promise<string> => {
    const { output } = await runCommand('/bin/sh', [
      '-c',
      `echo | ${openssl.path} s_client -connect 127.0.0.1:${running.port} -servername any 2>/dev/null | ${openssl.path} x509 -noout -subject`,
    ]);
    return output.trim();
  };

  async function startSecure(): Promise<RunningSpillway> {
    const folder = RunningSpillway.folder();
    await issue(folder, 'first.example.org');
    writeFileSync(join(folder, 'say.cgi'), '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n$WORD"\n', {
      mode: 0o755,
    });
    gateway = await RunningSpillway.startWhole(
      folder,
      `listen: [ { http: 127.0.0.1:0, tls: { certificates: [ { certificate: ./site.pem, key: ./key.pem } ] } } ]
admin: 127.0.0.1:0
log: { format: json }
applications:
${said('one', 'first')}`,
    );
    return gateway;
  }

  test('serves what lies in the files now, though their names are the same', async () => {
    const running = await startSecure();
    expect(await served(running)).toContain('first.example.org');
    await issue(running.folder, 'second.example.org');
    await reload(running, said('one', 'first'));
    expect(await served(running)).toContain('second.example.org');
  });

  test('that are broken changes nothing, and names the file', async () => {
    const running = await startSecure();
    writeFileSync(join(running.folder, 'site.pem'), 'no certificate');
    await reload(running, said('one', 'changed'));
    expect(await served(running)).toContain('first.example.org');
    expect(running.log.find((line) => line.event === 'reload-failed')?.problem).toContain('site.pem');
  });
});
