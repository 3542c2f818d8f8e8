import { existsSync } from 'node:fs';
import { peer } from '../support/peer.ts';
import { describeBehind } from './describe-behind.ts';
import type { FrontServerKind } from './front-server.ts';

const modules = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules'].find((folder) => existsSync(folder));

const apache: FrontServerKind = {
  name: 'apache',
  program: peer('Apache', 'apache2'),
  arguments: (file) => ['-X', '-f', file],
  configuration: (documented, folder, port) => `
ServerRoot ${folder}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ServerName example.org
ErrorLog ${folder}/apache.log
Listen 127.0.0.1:${port}
${['mpm_event', 'authz_core', 'env', 'proxy', 'proxy_scgi'].map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
${documented.replace('*:80', `127.0.0.1:${port}`)}`,
};

describeBehind(apache, {
  noticesWhoLeaves: false,
  wantsUtf8: false,
  takesChunks: false,
  differences: {
    SERVER_SOFTWARE: 'Apache says its own',
    SERVER_SIGNATURE: 'likewise',
    SERVER_ADMIN: 'likewise',
    HTTP_COOKIE: 'Apache joins repeated Cookie fields by a comma',
  },
});
