/** `5:hello,` for `hello`. Source: netstrings by D. J. Bernstein, 1997. */
export function encodeNetstring(content: Uint8Array): Uint8Array {
  const digits = String(content.length);
  const netstring = new Uint8Array(digits.length + content.length + 2);
  for (let index = 0; index < digits.length; index++) netstring[index] = digits.charCodeAt(index);
  netstring[digits.length] = 0x3a;
  netstring.set(content, digits.length + 1);
  netstring[netstring.length - 1] = 0x2c;
  return netstring;
}
