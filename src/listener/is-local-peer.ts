/** Whether a connection comes from this machine by the loopback network. A Unix socket counts as 127.0.0.1. */
export function isLocalPeer(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
}
