import { describe, expect, it } from 'vitest';
import { randomFrom } from '../test/fuzz.js';
import { type DType, dtypes } from './array-data.js';
import { decodeElements, encodeElements } from './elements.js';

const bytesOfAll16 = new Uint8Array(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer);

/** The value of a half by its definition. */
function halfByDefinition(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14);
}

describe('decodeElements() and encodeElements()', () => {
  it('know every half', () => {
    const values = decodeElements(bytesOfAll16, 'float16');
    const wrong = Array.from(values).findIndex((value, bits) => !Object.is(value, halfByDefinition(bits)));
    expect(wrong).toBe(-1);
  });

  it.each(['float16', 'bfloat16'] as const)('give back every %s bit by bit, a NaN as a NaN', (dtype) => {
    const data = decodeElements(bytesOfAll16, dtype);
    const back = new Uint16Array(encodeElements({ dtype, shape: [65536], data }).buffer);
    const infinity = dtype === 'float16' ? 0x7c00 : 0x7f80;
    const wrong = Array.from(back).findIndex(
      (bits, i) => bits !== i && !((i & 0x7fff) > infinity && (bits & 0x7fff) > infinity),
    );
    expect(wrong).toBe(-1);
  });

  it.each(['float16', 'bfloat16'] as const)('round to the nearest %s, ties to even', (dtype) => {
    // Halfway between neighbors, and just beside the middle, over all finite positive values.
    const infinity = dtype === 'float16' ? 0x7c00 : 0x7f80;
    const values = decodeElements(bytesOfAll16, dtype);
    const encode = (value: number): number =>
      new Uint16Array(encodeElements({ dtype, shape: [1], data: Float32Array.of(value) }).buffer)[0]!;
    for (let bits = 0; bits < infinity - 1; bits += 7) {
      const middle = (values[bits]! + values[bits + 1]!) / 2;
      if (Math.fround(middle) !== middle) continue;
      expect(encode(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
      if (middle < 2 ** -120) continue;
      expect(encode(middle * (1 - 2 ** -23))).toBe(bits);
      expect(encode(middle * (1 + 2 ** -23))).toBe(bits + 1);
    }
    if (dtype === 'float16') {
      expect(encode(65519.99)).toBe(0x7bff);
      expect(encode(65520)).toBe(0x7c00);
      expect(encode(-1e-9)).toBe(0x8000);
    }
  });

  it('give back random bytes of every type, in either byte order', () => {
    const random = randomFrom(7);
    for (const dtype of Object.keys(dtypes) as DType[]) {
      const width = dtypes[dtype].bytes;
      const bytes = Uint8Array.from({ length: 64 * width }, (_, i) => {
        if (dtype === 'bool') return random() < 0.5 ? 0 : 1;
        // 64-bit integers below 2^48, and no NaN: their bits are not kept.
        if (width === 8 && dtype !== 'float64' && i % 8 > 5) return 0;
        return Math.floor(random() * 64);
      });
      const array = { dtype, shape: [64], data: decodeElements(bytes, dtype) };
      expect(encodeElements(array), dtype).toEqual(bytes);
      const swapped = bytes.slice();
      for (let i = 0; i < swapped.length; i += width) swapped.subarray(i, i + width).reverse();
      expect(decodeElements(swapped, dtype, { littleEndian: false }), dtype).toEqual(array.data);
    }
  });

  it('keep 64-bit integers exact or refuse them', () => {
    const data = Float64Array.of(2 ** 53 - 1, -(2 ** 53 - 1), -1, 0);
    const bytes = encodeElements({ dtype: 'int64', shape: [4], data });
    expect(new BigInt64Array(bytes.buffer)).toEqual(BigInt64Array.of(2n ** 53n - 1n, 1n - 2n ** 53n, -1n, 0n));
    expect(decodeElements(bytes, 'int64')).toEqual(data);
    for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)]) {
      const stored = new Uint8Array(BigInt64Array.of(0n, value).buffer);
      expect(() => decodeElements(stored, 'int64', { what: 'Cannot read "x"' })).toThrow(
        /^Cannot read "x" as its 64-bit integers must .*: element 1 is about/,
      );
    }
    expect(() => decodeElements(new Uint8Array(8).fill(255), 'uint64')).toThrow(RangeError);
    for (const value of [0.5, 2 ** 53, Number.NaN]) {
      expect(() => encodeElements({ dtype: 'int64', shape: [1], data: Float64Array.of(value) })).toThrow(RangeError);
    }
    expect(() => encodeElements({ dtype: 'uint64', shape: [1], data: Float64Array.of(-1) })).toThrow(
      'must not be negative',
    );
  });

  it('refuse data that are not those of the dtype or the shape', () => {
    const data = Float32Array.of(1, 2);
    expect(() => encodeElements({ dtype: 'int32', shape: [2], data })).toThrow(
      'the data of dtype int32 must be a Int32Array: current value is Float32Array',
    );
    expect(() => encodeElements({ dtype: 'float32', shape: [3], data })).toThrow(
      'the data must fill the shape [3]: current length is 2',
    );
    expect(() => encodeElements({ dtype: 'float32', shape: [-2], data })).toThrow('must fill the shape [-2]');
    expect(() => encodeElements({ dtype: 'complex64' as DType, shape: [2], data })).toThrow(
      'dtype must be one of bool, uint8',
    );
    expect(() => encodeElements({ dtype: 'toString' as DType, shape: [2], data })).toThrow(TypeError);
  });

  it('write a part of a larger buffer, not all of it', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    expect(encodeElements({ dtype: 'float32', shape: [2], data })).toEqual(
      new Uint8Array(Float32Array.of(2, 3).buffer),
    );
  });
});
