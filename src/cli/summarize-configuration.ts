import { formatAddress } from '../config/address.ts';
import type { ApplicationConfiguration, Configuration } from '../config/configuration.ts';
import { formatDuration } from '../config/duration.ts';
import { displayPath } from './display-path.ts';

/** What a configuration amounts to, for a person. */
export function summarizeConfiguration(configuration: Configuration): string {
  const { file, listen, admin, trustedProxies, applications } = configuration;
  const count = `${applications.length} application${applications.length === 1 ? '' : 's'}`;
  const lines = [
    `${displayPath(file)}: no faults, ${count}`,
    ...listen.map(({ protocol, address }) => `  listen  ${protocol} ${formatAddress(address)}`),
    ...(admin === undefined ? [] : [`  admin   http ${formatAddress(admin)}`]),
    ...(trustedProxies.length === 0 ? [] : [`  trusts  ${trustedProxies.join(', ')}`]),
    ...applications.flatMap(summarizeApplication),
  ];
  return `${lines.join('\n')}\n`;
}

function summarizeApplication(application: ApplicationConfiguration): string[] {
  const { name, at, cgi, scgi, policies, queue, overloadPage } = application;
  const lines = [`  ${name} at ${at === '' ? '/' : at}`];
  if (cgi !== undefined)
    lines.push(
      `    exec      ${cgi.program ?? `${cgi.directory}/`}, timeout ${formatDuration(cgi.timeoutMs)}`,
    );
  if (scgi !== undefined) {
    const daemon = scgi.daemon === undefined ? 'run by somebody else' : scgi.daemon.command.join(' ');
    lines.push(`    forward   ${scgi.addresses.map(formatAddress).join(', ')}, daemon ${daemon}`);
  }
  lines.push(`    shed      ${overloadPage ?? 'the page that is built in'}`);
  lines.push(`    policies  ${policies.map((policy) => policy.name).join(', ')}`);
  lines.push(`    queue     ${queue.max} requests, ${formatDuration(queue.timeoutMs)}`);
  return lines;
}
