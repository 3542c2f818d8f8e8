import { peer } from '../support/peer.ts';
import { describeBehind } from './describe-behind.ts';
import type { FrontServerKind } from './front-server.ts';

const nginx: FrontServerKind = {
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

describeBehind(nginx, {
  noticesWhoLeaves: true,
  wantsUtf8: false,
  takesChunks: true,
  differences: {
    HTTP_HOST: "Debian's scgi_params leaves the port out",
    DOCUMENT_URI: 'the path as nginx decoded it',
    SERVER_NAME: 'nginx says its server_name, not the name that the visitor used',
    SERVER_ADDR: 'not among the scgi_params',
  },
});
