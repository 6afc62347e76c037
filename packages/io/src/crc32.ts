let tables: Uint32Array | undefined;

/** Eight tables of 256: the k-th says what a byte does to the sum when k bytes follow it. */
function makeTables(): Uint32Array {
  const made = new Uint32Array(8 * 256);
  for (let index = 0; index < 256; index++) {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    made[index] = value;
  }
  for (let index = 256; index < made.length; index++) {
    const before = made[index - 256]!;
    made[index] = (before >>> 8) ^ made[before & 0xff]!;
  }
  return made;
}

/**
 * CRC-32 as zip and PNG use it, eight bytes at a time.
 *
 * Reference: Kounavis and Berry, A Systematic Approach to Building High Performance Software-Based CRC Generators, ISCC 2005.
 */
export function crc32(bytes: Uint8Array): number {
  tables ??= makeTables();
  const t = tables;
  let crc = 0xffffffff;
  let i = 0;
  for (const last = bytes.length - 8; i <= last; i += 8) {
    crc =
      t[0x700 | ((crc ^ bytes[i]!) & 0xff)]! ^
      t[0x600 | (((crc >>> 8) ^ bytes[i + 1]!) & 0xff)]! ^
      t[0x500 | (((crc >>> 16) ^ bytes[i + 2]!) & 0xff)]! ^
      t[0x400 | ((crc >>> 24) ^ bytes[i + 3]!)]! ^
      t[0x300 | bytes[i + 4]!]! ^
      t[0x200 | bytes[i + 5]!]! ^
      t[0x100 | bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}
