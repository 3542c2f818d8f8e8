/** The polynomial of CRC-32 (RFC 1952, section 8), its bits reversed. */
export const CRC_POLYNOMIAL = 0xedb88320;

/**
 * What becomes of a CRC-32 by a number of bytes that follow: the CRC of A and B is `shift(B.length).of(crc(A)) ^ crc(B)`. It is linear over bits
 * (the way of zlib's crc32_combine), so it is kept as a table for every four bits.
 */
export class CrcShift {
  readonly #table = new Uint32Array(8 * 16);

  constructor(bytes: number) {
    const factor = powerOfX(8 * bytes);
    for (let nibble = 0; nibble < 8; nibble++) {
      for (let value = 0; value < 16; value++) {
        this.#table[nibble * 16 + value] = multiply(factor, (value << (4 * nibble)) >>> 0);
      }
    }
  }

  of(crc: number): number {
    let shifted = 0;
    for (let nibble = 0; nibble < 8; nibble++) {
      shifted ^= this.#table[nibble * 16 + ((crc >>> (4 * nibble)) & 15)] ?? 0;
    }
    return shifted >>> 0;
  }
}

/** The product of two polynomials modulo that of the CRC; the highest bit is that of x^0. */
function multiply(one: number, other: number): number {
  let product = 0;
  let power = other;
  for (let bit = 31; bit >= 0; bit--) {
    if ((one >>> bit) & 1) product ^= power;
    power = power & 1 ? (power >>> 1) ^ CRC_POLYNOMIAL : power >>> 1;
  }
  return product >>> 0;
}

function powerOfX(exponent: number): number {
  let result = 0x80000000;
  let square = 0x40000000;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}
