import { crc32 } from './crc32.js';

const cannot = 'Cannot read zip';

/** Entries of a zip file by name; each function checks that the entry is stored, and its CRC-32, and returns a view of its bytes. */
export type StoredZip = ReadonlyMap<string, () => Uint8Array>;

/**
 * The entries of a zip file that stores them uncompressed, as PyTorch does, as views of the file.
 *
 * Taking an entry that is compressed is an error, so that a small file cannot become a large one; so are entries that overlap.
 */
export function openStoredZip(bytes: Uint8Array): StoredZip {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const uint16 = (at: number): number => view.getUint16(at, true);
  const uint32 = (at: number): number => view.getUint32(at, true);
  const uint64 = (at: number): number => uint32(at) + uint32(at + 4) * 2 ** 32;
  const has = (at: number, length: number, signature?: number): boolean =>
    at >= 0 && at + length <= bytes.length && (signature === undefined || uint32(at) === signature);

  let end = bytes.length - 22;
  while (end >= 0 && end > bytes.length - 22 - 65536 && uint32(end) !== 0x06054b50) end--;
  if (!has(end, 22, 0x06054b50))
    throw new Error(`${cannot} as its directory must be at its end: the file is cut short or no zip file`);
  let count = uint16(end + 10);
  let at = uint32(end + 16);
  if (has(end - 20, 20, 0x07064b50)) {
    const end64 = uint64(end - 12);
    if (!has(end64, 56, 0x06064b50)) throw new Error(`${cannot} as its 64-bit directory must lie within the file`);
    count = uint64(end64 + 32);
    at = uint64(end64 + 48);
  }

  const entries = new Map<string, () => Uint8Array>();
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (!has(at, 46, 0x02014b50)) throw new Error(`${cannot} as entry ${i} of its directory must lie within the file`);
    const nameEnd = at + 46 + uint16(at + 28);
    const extraEnd = nameEnd + uint16(at + 30);
    const next = extraEnd + uint16(at + 32);
    if (next > bytes.length) throw new Error(`${cannot} as entry ${i} of its directory must lie within the file`);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
    const quoted = JSON.stringify(name);
    let size = uint32(at + 24);
    let stored = uint32(at + 20);
    let header = uint32(at + 42);
    for (let extra = nameEnd; extra + 4 <= extraEnd; ) {
      const extraLength = uint16(extra + 2);
      if (uint16(extra) === 1) {
        let field = extra + 4;
        const last = Math.min(field + extraLength, extraEnd);
        const take = (value: number): number => {
          if (value !== 0xffffffff || field + 8 > last) return value;
          field += 8;
          return uint64(field - 8);
        };
        size = take(size);
        stored = take(stored);
        header = take(header);
      }
      extra += 4 + extraLength;
    }
    if (!has(header, 30, 0x04034b50)) throw new Error(`${cannot} as ${quoted} must lie within the file`);
    const start = header + 30 + uint16(header + 26) + uint16(header + 28);
    if (!has(start, stored)) {
      throw new Error(`${cannot} as ${quoted} must lie within the file: its ${stored} bytes from byte ${start} do not`);
    }
    if ((total += stored) > bytes.length)
      throw new Error(`${cannot} as its entries must not overlap: together they are larger than the file`);
    if (entries.has(name)) throw new Error(`${cannot} as the names of its entries must differ: ${quoted} comes twice`);
    const expected = uint32(at + 16);
    const encrypted = (uint16(at + 8) & 1) === 1;
    const method = uint16(at + 10);
    entries.set(name, () => {
      if (encrypted) throw new Error(`${cannot} as its entries must not be encrypted: ${quoted} is`);
      if (method !== 0 || size !== stored) {
        throw new Error(
          `${cannot} as its entries must be stored uncompressed, as PyTorch does: ${quoted} is compressed (method ${method})`,
        );
      }
      const content = bytes.subarray(start, start + stored);
      if (crc32(content) !== expected)
        throw new Error(`${cannot} as ${quoted} must have its CRC-32: the file is damaged`);
      return content;
    });
    at = next;
  }
  return entries;
}
