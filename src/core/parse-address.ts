/**
 * The 16-bit groups of an IP address: 2 of an IPv4 address, also of one that is written as IPv6 (`::ffff:192.0.2.1`, RFC 4291, section
 * 2.5.5.2), 8 of an IPv6 address, whose zone (`%eth0`) is left out. Nothing where the text is no address.
 */
export function parseAddress(text: string): readonly number[] | undefined {
  if (!text.includes(':')) return parseIpv4(text, 0, text.length);
  const zone = text.indexOf('%');
  const end = zone < 0 ? text.length : zone;
  const groups: number[] = [];
  /** Where `::` stands, as a number of groups. */
  let gap = -1;
  let at = 0;
  if (text.startsWith('::')) {
    gap = 0;
    at = 2;
  }
  while (at < end) {
    let stop = text.indexOf(':', at);
    if (stop < 0 || stop > end) stop = end;
    const dotted = text.indexOf('.', at);
    if (stop === end && dotted >= 0 && dotted < end) {
      const last = parseIpv4(text, at, end);
      if (last === undefined) return undefined;
      groups.push(...last);
      break;
    }
    const group = hexadecimal(text, at, stop);
    if (group < 0 || groups.length === 8) return undefined;
    groups.push(group);
    at = stop + 1;
    if (stop === end) break;
    if (text.charCodeAt(at) === COLON) {
      if (gap >= 0) return undefined;
      gap = groups.length;
      at += 1;
    } else if (at === end) return undefined;
  }
  if (gap < 0 ? groups.length !== 8 : groups.length > 7) return undefined;
  if (gap >= 0) groups.splice(gap, 0, ...ZEROS.slice(groups.length));
  const isMapped = groups[5] === 0xffff && !groups.slice(0, 5).some((group) => group !== 0);
  return isMapped ? groups.slice(6) : groups;
}

const COLON = 0x3a;
const ZEROS: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0];

function parseIpv4(text: string, from: number, end: number): readonly number[] | undefined {
  let address = 0;
  let byte = 0;
  let digits = 0;
  let bytes = 0;
  for (let at = from; at <= end; at += 1) {
    const code = at === end ? 0x2e : text.charCodeAt(at);
    if (code === 0x2e) {
      if (digits === 0 || byte > 255) return undefined;
      address = address * 256 + byte;
      bytes += 1;
      byte = 0;
      digits = 0;
    } else if (code >= 0x30 && code <= 0x39 && digits < 3) {
      byte = byte * 10 + code - 0x30;
      digits += 1;
    } else return undefined;
  }
  return bytes === 4 ? [Math.floor(address / 65_536), address % 65_536] : undefined;
}

/** A group of 1 to 4 digits, or -1. */
function hexadecimal(text: string, from: number, end: number): number {
  if (end === from || end - from > 4) return -1;
  let value = 0;
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at) | 0x20;
    if (code >= 0x30 && code <= 0x39) value = value * 16 + code - 0x30;
    else if (code >= 0x61 && code <= 0x66) value = value * 16 + code - 0x57;
    else return -1;
  }
  return value;
}
