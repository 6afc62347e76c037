import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accidents, damaged } from '../test/fuzz.js';
import { expected, goldenBytes, plain } from '../test/golden.js';
import { readNpy, writeNpy } from './node/array-files.js';
import { encodeNpy, parseNpy } from './npy.js';

const files = Object.keys(expected).filter((name) => name.endsWith('.npy'));

/** A file of version 1 with this header and so many bytes of values. */
function file(header: string, values: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(10 + text.length + values);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]);
  bytes.set(text, 10);
  return bytes;
}

describe('parseNpy()', () => {
  it.each(files)('reads %s as NumPy does', (name) => {
    expect(plain(parseNpy(goldenBytes(name)))).toEqual(expected[name]);
  });

  it.each([
    ['refused-structured.npy', "its descr is [('x', '<f4'), ('y', '<i4')]"],
    ['refused-object.npy', "its descr is '|O'"],
    ['refused-text.npy', "its descr is '<U2'"],
    ['refused-complex.npy', "its descr is '<c16'"],
    ['refused-i8.npy', 'element 0 is about 1152921504606847000'],
    ['dtypes.safetensors', 'must begin with "\\x93NUMPY"'],
  ])('refuses %s', (name, message) => {
    expect(() => parseNpy(goldenBytes(name))).toThrow(message);
  });

  it.each([
    [
      'a shape beyond the file',
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }",
      8,
      'needs 4000000000000 bytes, the file has 8',
    ],
    [
      'a shape beyond all numbers',
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }",
      8,
      'its shape must be',
    ],
    ['a negative length', "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", 8, 'its shape must be'],
    [
      'values left over',
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
      8,
      'needs 4 bytes, the file has 8',
    ],
    ['no shape', "{'descr': '<f4', 'fortran_order': False}", 8, 'its shape must be'],
    ['no order', "{'descr': '<f4', 'shape': (2,)}", 8, 'must tell fortran_order'],
    ['no type', "{'fortran_order': False, 'shape': (2,)}", 8, 'it has no descr'],
    [
      'a type that is a property of objects',
      "{'descr': 'constructor', 'fortran_order': False, 'shape': (2,)}",
      8,
      'its type must be one of',
    ],
  ])('refuses a header with %s', (_, header, values, message) => {
    expect(() => parseNpy(file(header, values))).toThrow(message);
  });

  it('refuses an oversized header', () => {
    const bytes = goldenBytes('version2.npy');
    bytes.fill(255, 8, 12);
    expect(() => parseNpy(bytes)).toThrow('it claims 4294967295, the file has 140 after it begins');
    expect(() => parseNpy(goldenBytes('vector.npy').with(6, 9))).toThrow(
      'its version must be 1, 2 or 3: current value is 9',
    );
  });

  it.each(files)('takes no prefix of %s for the file, and raises clean errors for damage', (name) => {
    const bytes = goldenBytes(name);
    const isEmpty = expected[name]!.data.length === 0;
    for (let length = 0; length < bytes.length - (isEmpty ? 1 : 0); length++) {
      expect(() => parseNpy(bytes.subarray(0, length))).toThrow(/^Cannot read npy/);
    }
    expect(accidents(parseNpy, damaged(bytes, { flips: 500, seed: 5 }))).toEqual([]);
  });
});

describe('encodeNpy()', () => {
  it.each(files.filter((name) => !/big|fortran|version/.test(name)))(
    'writes %s byte for byte as NumPy 1.24 does',
    (name) => {
      const bytes = goldenBytes(name);
      expect(encodeNpy(parseNpy(bytes))).toEqual(bytes);
    },
  );

  it('refuses bfloat16, which NumPy does not have', () => {
    expect(() => encodeNpy({ dtype: 'bfloat16', shape: [1], data: Float32Array.of(1) })).toThrow(
      'NumPy has no bfloat16',
    );
  });
});

describe('readNpy() and writeNpy()', () => {
  it('write a file, read it back, and name it in errors', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'mer-io-')), 'a.npy');
    const array = { dtype: 'int16' as const, shape: [1, 2], data: Int16Array.of(-3, 4) };
    await writeNpy(path, array);
    expect(await readNpy(path)).toEqual(array);
    await expect(readNpy(`${path}.not`)).rejects.toThrow(`${path}.not`);
  });
});
