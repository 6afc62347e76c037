import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accidents, damaged } from '../test/fuzz.js';
import { expected, goldenBytes, plainAll } from '../test/golden.js';
import type { ArrayData } from './array-data.js';
import { readSafetensors, writeSafetensors } from './node/weight-files.js';
import { encodeSafetensors, parseSafetensors } from './safetensors.js';

const files = ['dtypes.safetensors', 'unsigned.safetensors'];
const one: ArrayData = { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) };

/** A file with a header given as text or value, and so many bytes of values. */
function file(header: unknown, values: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + values);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 8);
  return bytes;
}
const entry = (changes: object): object => ({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...changes } });

describe('parseSafetensors()', () => {
  it.each(files)('reads %s as the reference implementation does', (name) => {
    expect(plainAll(parseSafetensors(goldenBytes(name)).arrays)).toEqual(expected[name]);
  });

  it('reads the metadata', () => {
    expect({ ...parseSafetensors(goldenBytes('dtypes.safetensors')).metadata }).toEqual({ epoch: '7', note: 'é' });
    expect({ ...parseSafetensors(goldenBytes('unsigned.safetensors')).metadata }).toEqual({});
  });

  it('reads bytes that begin anywhere in a larger buffer', () => {
    const bytes = goldenBytes('dtypes.safetensors');
    const padded = new Uint8Array(bytes.length + 7);
    padded.set(bytes, 3);
    expect(parseSafetensors(padded.subarray(3, 3 + bytes.length))).toEqual(parseSafetensors(bytes));
  });

  it.each(files)('takes no prefix of %s for the file, and raises clean errors for damage', (name) => {
    const bytes = goldenBytes(name);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseSafetensors(bytes.subarray(0, length))).toThrow(/^Cannot read safetensors/);
    }
    expect(accidents(parseSafetensors, damaged(bytes, { flips: 5000, seed: 3 }))).toEqual([]);
  });

  it.each([
    ['an oversized header', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 0x7b), 'the header claims'],
    [
      'a header one byte too long',
      file('{}', 0).with(0, 3),
      'the header claims 3 bytes, after its length the file has 2',
    ],
    ['no object', file('[]', 0), 'must begin with "{"'],
    ['broken JSON', file('{"a"', 0), 'its header must be JSON'],
    ['deep JSON', file(`{"a":${'['.repeat(200_000)}`, 0), 'its header must be JSON'],
    ['an entry that is a list', file({ a: [] }, 0), 'the entry "a" must be an object'],
    ['an unknown dtype', file(entry({ dtype: 'F8_E4M3' }), 8), 'the dtype of "a" must be one of BOOL, U8'],
    [
      'a dtype that is a property of objects',
      file(entry({ dtype: 'constructor' }), 8),
      'the dtype of "a" must be one of',
    ],
    ['a negative length', file(entry({ shape: [-2] }), 8), 'the shape of "a" must be'],
    ['a broken length', file(entry({ shape: [0.5] }), 8), 'the shape of "a" must be'],
    ['a huge shape', file(entry({ shape: [2 ** 30, 2 ** 30] }), 8), 'the shape of "a" must be'],
    ['a shape that its bytes do not fill', file(entry({ shape: [2 ** 40] }), 8), 'must span the 4398046511104 bytes'],
    ['offsets that run backwards', file(entry({ data_offsets: [8, 0] }), 8), 'must span the 8 bytes'],
    ['negative offsets', file(entry({ data_offsets: [-8, 0] }), 8), 'must be two natural numbers'],
    ['three offsets', file(entry({ data_offsets: [0, 8, 9] }), 8), 'must be two natural numbers'],
    ['an array beyond the file', file(entry({}), 7), 'it ends at byte 8 of the values, the file has 7'],
    ['bytes of no array', file(entry({}), 9), '1 bytes belong to no array'],
    ['a gap', file(entry({ data_offsets: [4, 12] }), 12), 'must follow each other without gap or overlap'],
    [
      'an overlap',
      file({ ...entry({}), b: { dtype: 'U8', shape: [4], data_offsets: [4, 8] } }, 8),
      '"b" begins at 4, the one before it ends at 8',
    ],
    ['metadata that is no text', file({ __metadata__: { epoch: 7 } }, 0), '__metadata__ must map texts to texts'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseSafetensors(bytes)).toThrow(message);
  });

  it('keeps hostile names harmless', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const bytes = encodeSafetensors(Object.fromEntries(names.map((name) => [name, one])));
    const { arrays } = parseSafetensors(bytes);
    expect(Object.keys(arrays).sort()).toEqual([...names].sort());
    expect(Object.getPrototypeOf(arrays)).toBe(null);
  });
});

describe('encodeSafetensors()', () => {
  it.each(files)('writes %s byte for byte as the reference implementation does', (name) => {
    const bytes = goldenBytes(name);
    const { arrays, metadata } = parseSafetensors(bytes);
    // The reference implementation writes the entries of the metadata in any order.
    const sameLength = encodeSafetensors(arrays, metadata);
    expect(sameLength.length).toBe(bytes.length);
    const start = 8 + new DataView(bytes.buffer).getUint32(0, true);
    expect(sameLength.subarray(start)).toEqual(bytes.subarray(start));
    if (Object.keys(metadata).length === 0) expect(sameLength).toEqual(bytes);
    expect(parseSafetensors(sameLength)).toEqual({ arrays, metadata });
  });

  it('aligns every array and gives equal bytes for equal content', () => {
    const odd: ArrayData = { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) };
    const wide: ArrayData = { dtype: 'float64', shape: [1], data: Float64Array.of(0.1) };
    const bytes = encodeSafetensors({ odd, one, wide });
    expect(encodeSafetensors({ wide, odd, one })).toEqual(bytes);
    expect(Object.keys(parseSafetensors(bytes).arrays)).toEqual(['wide', 'one', 'odd']);
    expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0);
  });

  it('refuses what the format cannot hold', () => {
    expect(() => encodeSafetensors({ __metadata__: one })).toThrow('the name __metadata__ is reserved');
    expect(() => encodeSafetensors({ one }, { epoch: 7 as unknown as string })).toThrow(
      'metadata must be text: current value of "epoch" is 7',
    );
    expect(() => encodeSafetensors({ bad: { ...one, shape: [5] } })).toThrow(
      'Cannot write safetensors "bad" as the data must fill the shape [5]',
    );
    expect(() => encodeSafetensors({ bad: { ...one, dtype: 'text' as 'bool' } })).toThrow('dtype must be one of');
  });
});

describe('readSafetensors() and writeSafetensors()', () => {
  it('write a file, read it back, and name it in errors', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'mer-io-')), 'a.safetensors');
    await writeSafetensors(path, { one }, { epoch: '7' });
    const { arrays, metadata } = await readSafetensors(path);
    expect({ ...arrays }).toEqual({ one });
    expect({ ...metadata }).toEqual({ epoch: '7' });
    await writeFile(path, (await readFile(path)).subarray(0, 40));
    await expect(readSafetensors(path)).rejects.toThrow(
      `${path}: Cannot read safetensors as its header must lie within the file`,
    );
  });
});
