import { Inflate } from 'fflate';
import { crc32 } from './crc32.js';
import { checkLimit, type LimitOptions, limitOf } from './file-limits.js';

const cannot = 'Cannot read zip';

/** Entries of a zip file by name; each function gives the bytes of its entry. */
export type Zip = ReadonlyMap<string, () => Uint8Array>;

/** How a zip file is read. */
export interface ZipOptions extends LimitOptions {
  /** Whether compressed entries are an error, so that no entry is larger than the file; default false. */
  readonly stored?: boolean;
}

/**
 * The entries of a zip file, each unpacked when it is asked for.
 *
 * An entry that is stored is a view of the file; a compressed one (DEFLATE) is unpacked anew each time, and unpacking ends where the limit `unpackedBytes`, or
 * the size that the file states, is passed. Every entry's CRC-32 is checked. Encrypted entries, other methods, and entries that overlap are errors.
 *
 * @throws Error where the bytes are no such file; RangeError for more entries than the limit `zipEntries`. The functions throw Error for a damaged entry, and
 * RangeError where all that was unpacked is more than the limit.
 *
 * @example
 * ```ts no-run
 * import { readFile } from 'node:fs/promises';
 * import { openZip } from '@mer/io';
 *
 * const zip = openZip(await readFile('codes.xlsx'), { limits: { unpackedBytes: 1e6 } });
 * console.log(new TextDecoder().decode(zip.get('xl/workbook.xml')?.()));
 * ```
 *
 * Reference: PKWARE, APPNOTE.TXT 6.3.10.
 */
export function openZip(bytes: Uint8Array, { limits, stored: storedOnly = false }: ZipOptions = {}): Zip {
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
  checkLimit(cannot, 'the number of its entries', 'zipEntries', count, limits);

  const entries = new Map<string, () => Uint8Array>();
  let total = 0;
  let unpacked = 0;
  for (let i = 0; i < count; i++) {
    if (!has(at, 46, 0x02014b50)) throw new Error(`${cannot} as entry ${i} of its directory must lie within the file`);
    const nameEnd = at + 46 + uint16(at + 28);
    const extraEnd = nameEnd + uint16(at + 30);
    const next = extraEnd + uint16(at + 32);
    if (next > bytes.length) throw new Error(`${cannot} as entry ${i} of its directory must lie within the file`);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
    const quoted = JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
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
      let content = bytes.subarray(start, start + stored);
      if (method === 8 && !storedOnly) {
        checkLimit(cannot, `what is unpacked, ${quoted} included,`, 'unpackedBytes', unpacked + size, limits);
        const most = Math.min(size, limitOf('unpackedBytes', limits) - unpacked);
        content = inflate(content, most, `${cannot} as ${quoted}`);
        unpacked += content.length;
      } else if (method !== 0) {
        throw new Error(
          storedOnly
            ? `${cannot} as its entries must be stored uncompressed, as PyTorch does: ${quoted} is compressed (method ${method})`
            : `${cannot} as its entries must be stored or compressed by DEFLATE (method 0 or 8): ${quoted} has method ${method}`,
        );
      }
      if (content.length !== size) {
        throw new Error(
          `${cannot} as ${quoted} must have the ${size} bytes that the file states: it has ${content.length}`,
        );
      }
      if (crc32(content) !== expected)
        throw new Error(`${cannot} as ${quoted} must have its CRC-32: the file is damaged`);
      return content;
    });
    at = next;
  }
  return entries;
}

/** Bytes that are unpacked in one go. */
const step = 2 ** 14;

/** Unpacks DEFLATE data to at most so many bytes; memory grows with what is unpacked, not with what is claimed. */
function inflate(compressed: Uint8Array, most: number, what: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  let done = false;
  const stream = new Inflate((part, final) => {
    parts.push(part);
    length += part.length;
    done = final;
  });
  try {
    for (let at = 0; at < Math.max(1, compressed.length) && length <= most; at += step) {
      stream.push(compressed.subarray(at, at + step), at + step >= compressed.length);
    }
  } catch (cause) {
    throw new Error(`${what} must be intact: ${(cause as Error).message}`, { cause });
  }
  if (length > most) throw new Error(`${what} must have the ${most} bytes that the file states: it has more`);
  if (!done) throw new Error(`${what} must be intact: it is cut short`);
  const content = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    content.set(part, at);
    at += part.length;
  }
  return content;
}
