import { existsSync } from 'node:fs';
import { peer } from '../support/peer.ts';
import { describeFrontendBehind } from './describe-frontend-behind.ts';
import type { FrontServerKind } from './front-server.ts';

const modules = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules'].find((folder) => existsSync(folder));

const apache: FrontServerKind = {
  name: 'apache',
  program: peer('Apache', 'apache2'),
  arguments: (file) => ['-D', 'FOREGROUND', '-f', file],
  configuration: (documented, folder, port) => `
ServerRoot ${folder}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ScriptSock ${folder}/cgid.sock
ServerName example.org
ErrorLog ${folder}/apache.log
Listen 127.0.0.1:${port}
StartServers 1
${['mpm_event', 'authz_core', 'env', 'alias', 'cgid'].map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
${documented.replace('*:80', `127.0.0.1:${port}`)}`,
};

if (apache.program.available) describeFrontendBehind(apache);
