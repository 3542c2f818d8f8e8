import { peer } from '../support/peer.ts';
import { describeBehind } from './describe-behind.ts';
import type { FrontServerKind } from './front-server.ts';

const lighttpd: FrontServerKind = {
  name: 'lighttpd',
  program: peer('lighttpd', 'lighttpd'),
  arguments: (file) => ['-D', '-f', file],
  configuration: (documented, folder, port) => `
server.document-root = "${folder}"
server.bind = "127.0.0.1"
server.port = ${port}
server.upload-dirs = ( "${folder}/uploads" )
${process.getuid?.() === 0 ? 'server.username = "www-data"\nserver.groupname = "www-data"' : ''}
${documented}`,
};

describeBehind(lighttpd, {
  noticesWhoLeaves: false,
  wantsUtf8: true,
  takesChunks: true,
  differences: {
    SERVER_SOFTWARE: 'lighttpd says its own',
    REDIRECT_URI: 'the normalised target',
    REDIRECT_STATUS: 'for PHP',
    QUERY_STRING: 'lighttpd encodes what should not stand there as it is',
  },
});
