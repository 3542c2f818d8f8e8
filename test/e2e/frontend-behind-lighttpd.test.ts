import { peer } from '../support/peer.ts';
import { describeFrontendBehind } from './describe-frontend-behind.ts';
import type { FrontServerKind } from './front-server.ts';

const lighttpd: FrontServerKind = {
  name: 'lighttpd',
  program: peer('lighttpd', 'lighttpd'),
  arguments: (file) => ['-D', '-f', file],
  configuration: (documented, folder, port) => `
server.document-root = "${folder}/uploads"
server.bind = "127.0.0.1"
server.port = ${port}
server.upload-dirs = ( "${folder}/uploads" )
${process.getuid?.() === 0 ? 'server.username = "www-data"\nserver.groupname = "www-data"' : ''}
${documented}`,
};

if (lighttpd.program.available) describeFrontendBehind(lighttpd);
