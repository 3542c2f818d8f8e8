import type { Gateway } from '../gateway/gateway.ts';

/** What somebody at a terminal wants to know first. */
export function welcome(gateway: Gateway): string {
  const { configuration, addresses, adminAddress } = gateway;
  const [first = ''] = addresses;
  const lines = configuration.applications.map(({ name, at, cgi, scgi }): [string, string] => {
    const lanes = [cgi && 'exec', scgi && 'forward', 'shed'].filter(Boolean).join(', ');
    return [name, `${addresses.map((address) => `${address}${at}/`).join('  ')}   (${lanes})`];
  });
  if (adminAddress !== undefined) {
    lines.push(['metrics', `${adminAddress}/metrics`], ['status', `${adminAddress}/status`]);
    lines.push(['flood it', `npx spillway flood ${first}/ --admin ${adminAddress}   (in another terminal)`]);
  }
  lines.push(['stop', 'Ctrl-C']);
  const width = Math.max(...lines.map(([label]) => label.length));
  return `${lines.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`).join('\n')}\n\n`;
}
