import type { Gateway } from '../gateway/gateway.ts';

/** What somebody at a terminal wants to know first. */
export function welcome(gateway: Gateway): string {
  const { configuration, adminAddress } = gateway;
  const isFronted = (address: string): boolean => address.startsWith('scgi:');
  const visited = gateway.addresses.filter((address) => !isFronted(address));
  const [first] = visited;
  const lines = configuration.applications.map(({ name, at, cgi, scgi }): [string, string] => {
    const lanes = [cgi && 'exec', scgi && 'forward', 'shed'].filter(Boolean).join(', ');
    const places = visited.length === 0 ? [at] : visited.map((address) => address + at);
    return [name, `${places.map((place) => `${place}/`).join('  ')}   (${lanes})`];
  });
  for (const address of gateway.addresses.filter(isFronted)) lines.push(['front server', address]);
  if (adminAddress !== undefined) {
    lines.push(['metrics', `${adminAddress}/metrics`], ['status', `${adminAddress}/status`]);
    if (first !== undefined)
      lines.push([
        'flood it',
        `npx spillway flood ${first}${configuration.applications[0]?.at ?? ''}/ --admin ${adminAddress}   (in another terminal)`,
      ]);
  }
  lines.push(['stop', 'Ctrl-C']);
  const width = Math.max(...lines.map(([label]) => label.length));
  return `${lines.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`).join('\n')}\n\n`;
}
