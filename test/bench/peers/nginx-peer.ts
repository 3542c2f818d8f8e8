import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { peer } from '../../support/peer.ts';
import type { Peer } from './server.ts';

const nginx = peer('nginx', 'nginx');
const fcgiwrap = peer('fcgiwrap', 'fcgiwrap');
/** As many as ask at once. */
const programsAtOnce = 8;

/** nginx with its defaults, as Debian has them; programs through fcgiwrap, since it runs none by itself. */
export const nginxPeer: Peer = {
  name: 'nginx',
  version: nginx.available
    ? Bun.spawnSync([nginx.path, '-v']).stderr.toString().trim().replace('nginx version: ', '')
    : undefined,
  takesScgi: false,
  cannot: new Map(fcgiwrap.available ? [] : [['/exec', 'fcgiwrap is not installed']]),
  prepare({ folder, port, front, backend, program, page, variant }) {
    for (const one of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) mkdirSync(join(folder, one));
    const wrap = join(folder, 'fcgiwrap.sock');
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    writeFileSync(
      join(folder, 'nginx.conf'),
      `${user} daemon off; worker_processes ${variant.workers}; pid ${folder}/pid; error_log ${folder}/error.log;
worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  access_log ${variant.accessLog ? `${folder}/access.log` : 'off'};
  keepalive_requests 100000000; client_max_body_size 100m; default_type text/html;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} backlog=4096; listen unix:${front};
    location /shed { return 503 "${page}"; }
    location /forward { include /etc/nginx/scgi_params; scgi_param CONTENT_LENGTH $content_length; scgi_pass unix:${backend}; }
    location /exec {
      fastcgi_param SCRIPT_FILENAME ${program}; fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param QUERY_STRING $query_string; fastcgi_param SERVER_PROTOCOL $server_protocol;
      fastcgi_pass unix:${wrap};
    }
  }
}
`,
    );
    const wrapper = [fcgiwrap.path, '-c', String(programsAtOnce), '-s', `unix:${wrap}`];
    return [
      [nginx.path, '-c', join(folder, 'nginx.conf'), '-p', folder],
      ...(fcgiwrap.available ? [wrapper] : []),
    ];
  },
};
