const LF = 0x0a;

export function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, end + 1)) lines += 1;
  return lines;
}
