import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { peer } from '../../support/peer.ts';
import type { Peer } from './server.ts';

const lighttpd = peer('lighttpd', 'lighttpd');

/** lighttpd with its defaults, as Debian has them: it takes in a whole answer before it sends the first byte. */
export const lighttpdPeer: Peer = {
  name: 'lighttpd',
  version: lighttpd.available
    ? Bun.spawnSync([lighttpd.path, '-v']).stdout.toString().split(' ')[0]
    : undefined,
  takesScgi: false,
  cannot: new Map(),
  prepare({ folder, port, front, backend, program, page, variant }) {
    mkdirSync(join(folder, 'www'));
    mkdirSync(join(folder, 'upload'));
    copyFileSync(program, join(folder, 'www', 'exec'));
    writeFileSync(join(folder, 'error-503.html'), page);
    writeFileSync(
      join(folder, 'lighttpd.conf'),
      `server.modules = ( "mod_redirect", "mod_scgi", "mod_cgi"${variant.accessLog ? ', "mod_accesslog"' : ''} )
server.document-root = "${folder}/www"
server.bind = "127.0.0.1"
server.port = ${port}
server.errorlog = "${folder}/error.log"
server.upload-dirs = ( "${folder}/upload" )
server.errorfile-prefix = "${folder}/error-"
server.max-keep-alive-requests = 100000000
server.max-keep-alive-idle = 60
server.max-fds = 16384
server.max-connections = 8000
server.listen-backlog = 4096
${variant.workers > 1 ? `server.max-worker = ${variant.workers}` : ''}
$SERVER["socket"] == "${front}" {}
server.feature-flags = ( "server.graceful-shutdown-timeout" => 1 )
${variant.accessLog ? `accesslog.filename = "${folder}/access.log"` : ''}
$HTTP["url"] =~ "^/shed" { url.redirect = ( "" => "/shed" ) url.redirect-code = 503 }
$HTTP["url"] =~ "^/exec" { cgi.assign = ( "" => "" ) }
scgi.server = ( "/forward" => (( "socket" => "${backend}", "check-local" => "disable" )) )
`,
    );
    return [[lighttpd.path, '-D', '-f', join(folder, 'lighttpd.conf')]];
  },
};
