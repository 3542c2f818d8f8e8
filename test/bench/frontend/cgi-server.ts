import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { freePort } from '../../e2e/front-server.ts';
import { peer } from '../../support/peer.ts';
import { until } from '../../support/until.ts';

export interface CgiServerKind {
  readonly name: string;
  readonly command: string;
  arguments(file: string): readonly string[];
  configuration(folder: string, port: number, programs: Readonly<Record<string, string>>): string;
}

const modules = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules'].find((folder) => existsSync(folder));
const isRoot = process.getuid?.() === 0;

const apache: CgiServerKind = {
  name: 'Apache (mod_cgid)',
  command: 'apache2',
  arguments: (file) => ['-D', 'FOREGROUND', '-f', file],
  configuration: (folder, port, programs) => `
ServerRoot ${folder}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ScriptSock ${folder}/cgid.sock
ServerName localhost
ErrorLog ${folder}/apache.log
Listen 127.0.0.1:${port}
${['mpm_event', 'authz_core', 'alias', 'cgid'].map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
${isRoot ? 'User www-data\nGroup www-data' : ''}
<Directory ${folder}>
  Require all granted
</Directory>
${Object.entries(programs)
  .map(([path, program]) => `ScriptAlias ${path} ${program}`)
  .join('\n')}
`,
};

const lighttpd: CgiServerKind = {
  name: 'lighttpd (mod_cgi)',
  command: 'lighttpd',
  arguments: (file) => ['-D', '-f', file],
  configuration: (folder, port, programs) => `
server.document-root = "${folder}"
server.bind = "127.0.0.1"
server.port = ${port}
server.modules = ( "mod_alias", "mod_cgi" )
${isRoot ? 'server.username = "www-data"\nserver.groupname = "www-data"' : ''}
alias.url = ( ${Object.entries(programs)
    .map(([path, program]) => `"${path}" => "${program}"`)
    .join(', ')} )
cgi.assign = ( ${[...new Set(Object.values(programs))].map((program) => `"${program}" => ""`).join(', ')} )
`,
};

export const cgiServerKinds: readonly CgiServerKind[] = [apache, lighttpd];

/** A real web server that runs CGI programs, in the foreground. */
export class CgiServer {
  readonly address: string;
  readonly #process: Subprocess;

  private constructor(address: string, child: Subprocess) {
    this.address = address;
    this.#process = child;
  }

  /** `programs` by the path at which they are. Nothing where the server is not installed. */
  static async start(
    kind: CgiServerKind,
    folder: string,
    programs: Readonly<Record<string, string>>,
  ): Promise<CgiServer | undefined> {
    const { available, path } = peer(kind.name, kind.command);
    if (!available) return undefined;
    const port = await freePort();
    const file = join(folder, `${kind.command}.conf`);
    writeFileSync(file, kind.configuration(folder, port, programs));
    const child = Bun.spawn([path, ...kind.arguments(file)], { stdout: 'ignore', stderr: 'ignore' });
    const server = new CgiServer(`http://127.0.0.1:${port}`, child);
    let up = false;
    const ask = async (): Promise<void> => {
      while (!up && child.exitCode === null) {
        up = await fetch(`${server.address}/nothing-here`).then(
          () => true,
          () => false,
        );
        if (!up) await Bun.sleep(20);
      }
    };
    void ask();
    await until(() => up || child.exitCode !== null, `${kind.name} to start`, 20_000);
    return up ? server : undefined;
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 5000);
    await this.#process.exited;
    clearTimeout(late);
  }
}
