import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { documents } from '../support/documents.ts';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { connectScgi, scgiHead } from './ask-scgi.ts';
import { FrontServer } from './front-server.ts';
import { nginx } from './nginx.ts';
import { runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

let gateway: RunningSpillway | undefined;
let front: FrontServer | undefined;

afterEach(async () => {
  await front?.stop();
  front = undefined;
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

/** The program notes, and answers, the length that it was told and the one that it got. */
async function serve(): Promise<[RunningSpillway, string]> {
  const folder = RunningSpillway.folder();
  chmodSync(folder, 0o755);
  const script = `#!/bin/sh
cd "$DOCUMENT_ROOT"
lengths="$CONTENT_LENGTH $(wc -c)"
echo "$lengths" >> runs
printf 'Content-Type: text/plain\\n\\n%s' "$lengths"
`;
  writeFileSync(join(folder, 'count.cgi'), script, { mode: 0o755 });
  gateway = await RunningSpillway.startWhole(
    folder,
    `listen: [ { scgi: unix:./front.sock, mode: "0666" }, { http: 127.0.0.1:0 } ]
admin: 127.0.0.1:0
log: { format: json }
applications:
  count: { at: /, cgi: { program: ./count.cgi } }
`,
  );
  return [gateway, join(folder, 'front.sock')];
}

const runs = (running: RunningSpillway): string[] => {
  const file = join(running.folder, 'runs');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

/** What is got for a body of this length that comes with the head, or only when the front server has passed the head on. */
async function post(running: RunningSpillway, port: number, length: number, when: 'at once' | 'later') {
  const client = await RawHttpClient.connect(port);
  client.send(`POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`);
  if (when === 'later') {
    const isThere = async () => (await running.metric('spillway_http_connections', 'state="exchange"')) > 0;
    await running.until(async () => client.received !== '' || (await isThere()));
  }
  client.send('x'.repeat(length));
  const answer = await client.untilOver(15_000);
  client.leave();
  return answer;
}

const refused = (running: RunningSpillway): Promise<number> =>
  running.metric('spillway_refused_requests_total', 'code="scgi/lost-body"');

describe('a body that a front server loses a part of', () => {
  test.skipIf(!nginx.program.available)(
    'nginx with `scgi_request_buffering off`: every request has its whole body or is refused, and no program is run with less',
    async () => {
      const [running, socket] = await serve();
      front = await FrontServer.start(
        {
          ...nginx,
          configuration: (part, folder, port) =>
            nginx.configuration(
              part.replace('scgi_pass ', 'scgi_request_buffering off;\n        scgi_pass '),
              folder,
              port,
            ),
        },
        running.folder,
        socket,
      );
      expect(readFileSync(join(running.folder, 'nginx.conf'), 'utf8')).toContain(
        'scgi_request_buffering off;',
      );
      const { port } = front;
      const answers: [number, string][] = [];
      for (const length of [10, 5000, 200_000, 2_000_000])
        for (const when of ['at once', 'later'] as const)
          answers.push([length, await post(running, port, length, when)]);
      const whole = answers.filter(([length, answer]) => answer.includes(`\r\n${length} ${length}\r\n`));
      const cut = answers.filter(([, answer]) => answer.startsWith('HTTP/1.1 400 '));
      expect(whole.length + cut.length).toBe(answers.length);
      expect(runs(running).sort()).toEqual(whole.map(([length]) => `${length} ${length}`).sort());
      expect(await refused(running)).toBe(cut.length);
      const { output } = await runCommand(nginx.program.path, ['-v']);
      const [major = 0, minor = 0, patch = 0] = (/(\d+)\.(\d+)\.(\d+)/.exec(output) ?? [])
        .slice(1)
        .map(Number);
      const loses = major * 1e6 + minor * 1e3 + patch < 1_029_006;
      expect(cut.length > 0, `${output}: is what docs/web-servers.md says of its version right?`).toBe(loses);
    },
  );

  test.each([
    [
      'that it has a part of when it begins, as nginx says it',
      scgiHead('/', 5, { HTTP_CONTENT_LENGTH: '20' }),
    ],
    ['that it has nothing of', scgiHead('/', 0, { REQUEST_METHOD: 'POST', HTTP_CONTENT_LENGTH: '20' })],
  ])('%s, is refused with a page, and no program is run', async (_what, head) => {
    const [running, socket] = await serve();
    const client = await connectScgi(socket);
    client.send(`${head}12345`);
    expect(await client.untilOver(15_000)).toMatch(/^Status: 400 Bad Request\r\n/);
    client.leave();
    expect(await refused(running)).toBe(1);
    expect(runs(running)).toEqual([]);
  });

  test('that breaks off before its length gets no answer that could be taken for one, and no program is run', async () => {
    const [running, socket] = await serve();
    const client = await connectScgi(socket);
    client.send(`${scgiHead('/', 20, { HTTP_CONTENT_LENGTH: '20' })}12345`);
    client.finish();
    expect(await client.untilOver(15_000)).not.toContain('Status: 200');
    client.leave();
    await running.until(() => running.requests().length === 1);
    expect(running.requests()[0]).toMatchObject({ result: 'ignored' });
    expect(runs(running)).toEqual([]);
  });

  test('docs/web-servers.md warns of it', () => {
    expect(documents.get('docs/web-servers.md')?.replaceAll(/\s+/g, ' ')).toContain(
      'with `off`, nginx before 1.29.6 loses request bodies, and Spillway answers 400 rather than run a program with a part of one.',
    );
  });
});
