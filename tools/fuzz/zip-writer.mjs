// Zip files whose fields can be wrong one by one, with the rest repaired.
import { constants, deflateRawSync } from 'node:zlib';
import { crc32 } from './crc.mjs';
import { encode, put } from './mutate.mjs';

/** Bytes of a zip file: entries `{ name, bytes, stored, raw, ... }`; any field of an entry or of the end may be given instead of the right one. */
export function zipOf(entries, end = {}) {
  const locals = [];
  const directory = [];
  let at = 0;
  for (const entry of entries) {
    const name = encode(entry.name);
    const packed = entry.packed ?? (entry.stored ? entry.bytes : deflateRawSync(entry.bytes));
    const field = {
      method: entry.stored ? 0 : 8,
      flags: 0,
      crc: crc32(entry.bytes),
      packedSize: packed.length,
      size: entry.bytes.length,
      offset: at,
      ...entry.fields,
    };
    const local = new Uint8Array(30 + name.length + packed.length);
    put(local, 0, 4, 0x04034b50);
    put(local, 8, 2, field.method);
    put(local, 14, 4, field.crc);
    put(local, 18, 4, field.packedSize);
    put(local, 22, 4, field.size);
    put(local, 26, 2, name.length);
    local.set(name, 30);
    local.set(packed, 30 + name.length);
    locals.push(local);
    const extra = entry.extra ?? new Uint8Array(0);
    const record = new Uint8Array(46 + name.length + extra.length);
    put(record, 0, 4, 0x02014b50);
    put(record, 8, 2, field.flags);
    put(record, 10, 2, field.method);
    put(record, 16, 4, field.crc);
    put(record, 20, 4, field.packedSize);
    put(record, 24, 4, field.size);
    put(record, 28, 2, name.length);
    put(record, 30, 2, extra.length);
    put(record, 42, 4, field.offset);
    record.set(name, 46);
    record.set(extra, 46 + name.length);
    directory.push(record);
    at += local.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const tail = [];
  const last = { count: entries.length, directoryAt: at, ...end };
  if (end.zip64) {
    const long = new Uint8Array(76);
    put(long, 0, 4, 0x06064b50);
    put(long, 4, 8, 44);
    put(long, 24, 8, last.count);
    put(long, 32, 8, last.count);
    put(long, 40, 8, size);
    put(long, 48, 8, last.directoryAt);
    put(long, 56, 4, 0x07064b50);
    put(long, 64, 8, end.zip64At ?? at + size);
    tail.push(long);
  }
  const close = new Uint8Array(22);
  put(close, 0, 4, 0x06054b50);
  put(close, 8, 2, last.count);
  put(close, 10, 2, last.count);
  put(close, 12, 4, size);
  put(close, 16, 4, last.directoryAt);
  return joined([...locals, ...directory, ...tail, close]);
}

export function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What {@link bomb} unpacks to. */
export const bombBytes = 100 * 2 ** 24;

let zeros;
/** The compressed bytes of 1.7 billion zeros, made once: a part of them again and again, as DEFLATE lets. */
export function bomb() {
  if (!zeros) {
    const part = deflateRawSync(new Uint8Array(2 ** 24), { level: 1, finishFlush: constants.Z_FULL_FLUSH });
    zeros = joined([...Array(100).fill(part), Uint8Array.of(3, 0)]);
  }
  return zeros;
}

/** A zip file with entries and fields changed. */
export function mutateZip(random, entries) {
  const copy = entries.map((entry) => ({ ...entry, fields: { ...entry.fields } }));
  const end = {};
  for (let n = random.few(); n > 0; n--) {
    const at = random.below(copy.length);
    const entry = copy[at];
    if (!entry) return zipOf(copy, end);
    const long = () => {
      // sizes in 64 bits
      entry.extra = new Uint8Array(28);
      put(entry.extra, 0, 2, 1);
      put(entry.extra, 2, 2, 24);
      put(entry.extra, 4, 8, random.number(entry.bytes.length, { integer: true }));
      put(entry.extra, 12, 8, random.chance(0.5) ? entry.bytes.length : random.number(0, { integer: true }));
      entry.fields = { ...entry.fields, size: 0xffffffff, ...(random.chance(0.5) && { packedSize: 0xffffffff }) };
    };
    random.one(
      () =>
        (entry.fields[random.pick(['size', 'packedSize', 'offset', 'crc', 'method', 'flags'])] = random.number(
          entry.bytes.length,
          { integer: true },
        )),
      () => (entry.fields.size = random.number(entry.bytes.length, { integer: true })),
      () =>
        (entry.name = random.one(
          () => random.word(),
          () => entry.name + random.word(),
          () => random.pick(copy).name,
        )),
      () => copy.splice(at, 1),
      () => copy.push({ ...random.pick(copy), name: random.word() }),
      () => (end[random.pick(['count', 'directoryAt'])] = random.number(copy.length, { integer: true })),
      () =>
        Object.assign(end, {
          zip64: true,
          ...(random.chance(0.3) && { zip64At: random.number(0, { integer: true }) }),
        }),
      long,
      () => (entry.stored = !entry.stored),
      () => {
        if (random.chance(0.05))
          Object.assign(entry, {
            packed: bomb(),
            stored: false,
            fields: random.chance(0.5) ? { size: bombBytes } : {},
          });
      },
    );
  }
  return zipOf(copy, end);
}
