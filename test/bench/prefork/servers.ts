import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const fixtures = join(import.meta.dirname, 'fixtures');
/** That of Debian, which uWSGI's plugin embeds; not what a version manager puts before it on PATH. */
export const PYTHON = '/usr/bin/python3';

/** A server at a Unix socket, in a process group of its own. */
export interface Contender {
  readonly name: string;
  readonly socket: string;
  readonly command: readonly string[];
}

const spillway = (socket: string, workers: number, accept: string, command: readonly string[]): string[] => [
  ...[process.execPath, join(root, 'src/cli/main.ts'), 'prefork', '--listen', `unix:${socket}`],
  ...['--workers', String(workers), '--min-workers', String(workers), '--accept', accept, '--', ...command],
];

/** The same WSGI application, `module:application` of the fixtures, with as many workers each. The first is the one that the others are compared with. */
export function wsgiContenders(folder: string, module: string, workers: number, uwsgi: string): Contender[] {
  const at = (name: string): string => join(folder, `${module}-${name}.sock`);
  const adaptor = [
    PYTHON,
    join(root, 'python/spillway_wsgi.py'),
    '--chdir',
    fixtures,
    `${module}:application`,
  ];
  return [
    {
      name: 'uWSGI',
      socket: at('uwsgi'),
      command: [
        ...[uwsgi, '--plugin', 'python3', '--scgi-socket', at('uwsgi'), '--chdir', fixtures],
        ...['--module', `${module}:application`, '--master', '--processes', String(workers)],
        ...['--disable-logging', '--listen', '128', '--die-on-term', '--need-app'],
      ],
    },
    ...['parent', 'worker'].map((accept) => ({
      name: `prefork, ${accept} accepts`,
      socket: at(accept),
      command: spillway(at(accept), workers, accept, adaptor),
    })),
  ];
}

/** The same handler; nginx is in front of each. */
export function handlerContenders(folder: string, workers: number): Contender[] {
  const at = (name: string): string => join(folder, `handler-${name}.sock`);
  const application = [process.execPath, join(root, 'src/app/main.ts'), join(fixtures, 'handler.ts')];
  return [
    {
      name: 'Bun.serve',
      socket: at('serve'),
      command: [process.execPath, join(fixtures, 'serve-handler.ts'), at('serve')],
    },
    ...['parent', 'worker'].map((accept) => ({
      name: `prefork, ${accept} accepts`,
      socket: at(accept),
      command: spillway(at(accept), workers, accept, application),
    })),
  ];
}

/** nginx with a port for each: HTTP to the first, SCGI to the others. Returns its command. */
export function nginxBefore(
  nginx: string,
  folder: string,
  contenders: readonly Contender[],
  ports: readonly number[],
): string[] {
  for (const one of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) mkdirSync(join(folder, one));
  const servers = contenders.map(({ socket }, index) => {
    const pass =
      index === 0
        ? `proxy_pass http://unix:${socket}; proxy_set_header Host $http_host;`
        : `include /etc/nginx/scgi_params; scgi_pass unix:${socket};`;
    return `server { listen 127.0.0.1:${ports[index]}; location / { ${pass} } }`;
  });
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 100000000; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  ${servers.join('\n  ')}
}
`,
  );
  return [nginx, '-c', join(folder, 'nginx.conf'), '-p', folder];
}
