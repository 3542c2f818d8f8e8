import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../../src/version.ts';
import type { Peer } from './server.ts';

/** Lets several processes listen at one port. */
const reusePort = join(import.meta.dirname, 'fixtures/reuse-port.ts');
const main = join(import.meta.dirname, '../../../src/cli/main.ts');

const policy = (name: string, body: string): string =>
  `export default { name: '${name}', when: 'in a benchmark', source: 'the benchmark', parameters: {}, signals: [], reasons: ['${name}'], create: () => (${body}) };\n`;

/** Spillway with policies that always shed, or always run: policies that learn have benchmarks of their own. `bun` may have options before the file. */
export function spillwayPeer(bun: readonly string[] = [process.execPath]): Peer {
  return {
    name: 'Spillway',
    version: `spillway/${version} (Bun ${Bun.version})`,
    takesScgi: true,
    cannot: new Map(),
    prepare({ folder, port, front, backend, program, variant: { accessLog, workers } }) {
      const closed = policy('closed', "{ arrive: () => ({ shed: 'closed', retryAfterMs: 10_000 }) }");
      const open = policy(
        'open',
        "{ dispatch: (view, load) => ({ lane: load.lanes[0], reason: 'open' }), limit: () => 1000 }",
      );
      writeFileSync(join(folder, 'closed.js'), closed);
      writeFileSync(join(folder, 'open.js'), open);
      writeFileSync(
        join(folder, 'spillway.yaml'),
        `listen: [ { http: 127.0.0.1:${port} }${workers > 1 ? '' : `, { scgi: "unix:${front}" }`} ]
log: { access: ${accessLog}, format: json }
applications:
  shed: { at: /shed, cgi: { program: ${program} }, policies: [ ./closed.js ] }
  forward: { at: /forward, scgi: { address: "unix:${backend}" }, policies: [ ./open.js ], queue: { max: 1000 } }
  exec: { at: /exec, cgi: { program: ${program} }, policies: [ ./open.js ], queue: { max: 1000 } }
`,
      );
      const serve = [main, 'serve', join(folder, 'spillway.yaml')];
      if (workers === 1) return [[...bun, ...serve]];
      return Array.from({ length: workers }, () => [...bun, '--preload', reusePort, ...serve]);
    },
  };
}
