import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Peer, peer } from '../../support/peer.ts';

/** What is served. */
export interface Site {
  /** A CGI program. */
  readonly program: string;
  /** Where it is, each an application of its own where a server knows such: `/burn`. */
  readonly paths: readonly string[];
}

/** A server that runs a program, with the defaults of its distribution or a limit that somebody has set by hand. */
export interface OverloadPeer {
  readonly name: string;
  /** What is missing; nothing where it can run. */
  readonly missing: string | undefined;
  /** Writes its configuration into an empty folder; gives the commands to run. */
  prepare(folder: string, port: number, site: Site): readonly (readonly string[])[];
}

const nginx = peer('nginx', 'nginx');
const fcgiwrap = peer('fcgiwrap', 'fcgiwrap');
const lighttpd = peer('lighttpd', 'lighttpd');
const apache = peer('Apache', 'apache2');
const haproxy = peer('HAProxy', 'haproxy');
const modules = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules'].find((folder) => existsSync(folder));
const main = join(import.meta.dirname, '../../../src/cli/main.ts');
const isRoot = process.getuid?.() === 0;

function missing(peers: Readonly<Record<string, Peer>>): string | undefined {
  return Object.keys(peers).find((name) => peers[name]?.available !== true);
}

function nginxCommands(folder: string, port: number, { program, paths }: Site, limit: string): string[][] {
  for (const one of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) mkdirSync(join(folder, one));
  const wrap = join(folder, 'fcgiwrap.sock');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${isRoot ? 'user root;' : ''} daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log crit;
worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  access_log off; limit_conn_zone $server_name zone=all:1m;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} backlog=4096; server_name localhost;
${paths
  .map(
    (path) => `    location ${path} {
      ${limit}
      fastcgi_param SCRIPT_FILENAME ${program}; fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param QUERY_STRING $query_string; fastcgi_param SERVER_PROTOCOL $server_protocol;
      fastcgi_pass unix:${wrap};
    }
`,
  )
  .join('')}  }
}
`,
  );
  return [
    [nginx.path, '-c', join(folder, 'nginx.conf'), '-p', folder],
    [fcgiwrap.path, '-c', '8', '-s', `unix:${wrap}`],
  ];
}

function lighttpdCommands(folder: string, port: number, { program, paths }: Site): string[][] {
  mkdirSync(join(folder, 'www'));
  for (const path of paths) copyFileSync(program, join(folder, 'www', path));
  writeFileSync(
    join(folder, 'lighttpd.conf'),
    `server.modules = ( "mod_cgi" )
server.document-root = "${folder}/www"
server.bind = "127.0.0.1"
server.port = ${port}
server.errorlog = "${folder}/error.log"
server.max-fds = 16384
server.max-connections = 8000
server.listen-backlog = 4096
cgi.assign = ( "" => "" )
`,
  );
  return [[lighttpd.path, '-D', '-f', join(folder, 'lighttpd.conf')]];
}

function apacheCommands(folder: string, port: number, { program, paths }: Site): string[][] {
  mkdirSync(join(folder, 'cgi-bin'));
  copyFileSync(program, join(folder, 'cgi-bin', 'burn'));
  const names = ['mpm_event', 'authz_core', 'alias', 'cgid'];
  writeFileSync(
    join(folder, 'apache.conf'),
    `ServerRoot ${folder}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ServerName localhost
ErrorLog ${folder}/apache.log
ScriptSock ${folder}/cgid.sock
Listen 127.0.0.1:${port}
${names.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
${isRoot ? 'User www-data\nGroup www-data' : ''}
${paths.map((path) => `ScriptAlias ${path} ${folder}/cgi-bin/burn`).join('\n')}
<Directory ${folder}/cgi-bin>
  Require all granted
</Directory>
`,
  );
  return [[apache.path, '-D', 'FOREGROUND', '-f', join(folder, 'apache.conf')]];
}

function haproxyCommands(folder: string, port: number, site: Site): string[][] {
  const behind = port + 1;
  writeFileSync(
    join(folder, 'haproxy.cfg'),
    `global
  maxconn 8000
defaults
  mode http
  timeout client 10s
  timeout server 10s
  timeout connect 5s
  timeout queue 400ms
listen burn
  bind 127.0.0.1:${port} backlog 4096
  server one 127.0.0.1:${behind} maxconn 4
`,
  );
  return [
    [haproxy.path, '-db', '-f', join(folder, 'haproxy.cfg')],
    ...lighttpdCommands(folder, behind, site),
  ];
}

function spillwayCommands(folder: string, port: number, { program, paths }: Site): string[][] {
  writeFileSync(
    join(folder, 'spillway.yaml'),
    `listen: [ { http: 127.0.0.1:${port} } ]
log: { access: false, format: json }
applications:
${paths.map((path) => `  ${path.slice(1)}: { at: ${path}, cgi: { program: ${program} } }\n`).join('')}`,
  );
  return [spillwayCommand(folder)];
}

/** Serves what `spillway.yaml` in this folder says. */
export function spillwayCommand(folder: string): string[] {
  return [process.execPath, main, 'serve', join(folder, 'spillway.yaml')];
}

/** With its default configuration: what the aims are about. */
export const spillwayPeer: OverloadPeer = {
  name: 'Spillway, nothing set',
  missing: undefined,
  prepare: spillwayCommands,
};

export const overloadPeers: readonly OverloadPeer[] = [
  spillwayPeer,
  {
    name: 'nginx, fcgiwrap',
    missing: missing({ nginx, fcgiwrap }),
    prepare: (folder, port, site) => nginxCommands(folder, port, site, ''),
  },
  { name: 'lighttpd, mod_cgi', missing: missing({ lighttpd }), prepare: lighttpdCommands },
  { name: 'Apache, mod_cgid', missing: missing({ Apache: apache }), prepare: apacheCommands },
  {
    name: 'nginx, limit_conn 8 by hand',
    missing: missing({ nginx, fcgiwrap }),
    prepare: (folder, port, site) => nginxCommands(folder, port, site, 'limit_conn all 8;'),
  },
  {
    name: 'HAProxy, maxconn 4 by hand',
    missing: missing({ HAProxy: haproxy, lighttpd }),
    prepare: haproxyCommands,
  },
];
