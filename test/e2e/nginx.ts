import { peer } from '../support/peer.ts';
import type { FrontServerKind } from './front-server.ts';

/** As Debian installs it; as root, with workers that are not. */
export const nginx: FrontServerKind = {
  name: 'nginx',
  program: peer('nginx', 'nginx'),
  arguments: (file, folder) => ['-p', folder, '-c', file],
  configuration: (documented, folder, port) => `
    daemon off; pid ${folder}/nginx.pid; error_log stderr;
    ${process.getuid?.() === 0 ? 'user www-data;' : ''}
    events {}
    http {
      access_log off;
      ${['client_body', 'scgi', 'proxy', 'fastcgi', 'uwsgi'].map((kind) => `${kind}_temp_path ${folder}/nginx-${kind};`).join(' ')}
      ${documented.replace('listen 80;', `listen 127.0.0.1:${port};`)}
    }`,
};
