import { type ArrayData, type DType, dtypes, sizeOfShape } from './array-data.js';
import { decodeElements, encodeElements } from './elements.js';
import { gather } from './gather.js';

const cannot = 'Cannot read npy';
/** NumPy itself reads headers of at most 10,000 bytes. */
const longestHeader = 65536;
const mostDimensions = 64;

const typeCodes = Object.freeze({
  b1: 'bool',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
}) satisfies Readonly<Record<string, DType>>;

/**
 * The array of a NumPy `.npy` file (format versions 1, 2 and 3).
 *
 * Either byte order and either element order (C or Fortran) is read; the result is in row-major (C) order. Types are `float16`,
 * `float32`, `float64`, the integers of 8 to 64 bits and `bool`; texts, complex numbers, structured arrays and pickled Python
 * objects are errors. Nothing is allocated before the shape is known to fill the file exactly.
 *
 * @throws Error where the bytes are not such a file, with what is wrong.
 *
 * @example
 * ```ts
 * import { encodeNpy, parseNpy } from '@mer/io';
 *
 * const bytes = encodeNpy({ dtype: 'int32', shape: [2], data: Int32Array.of(3, -4) });
 * console.log(parseNpy(bytes)); // { dtype: 'int32', shape: [ 2 ], data: Int32Array(2) [ 3, -4 ] }
 * ```
 *
 * Reference: NumPy, numpy/lib/format.py (NEP 1).
 */
export function parseNpy(bytes: Uint8Array): ArrayData {
  if (![0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((byte, index) => bytes[index] === byte)) {
    throw new Error(`${cannot} as the file must begin with "\\x93NUMPY": it does not`);
  }
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3)
    throw new Error(`${cannot} as its version must be 1, 2 or 3: current value is ${version}`);
  const headerAt = version === 1 ? 10 : 12;
  if (bytes.length < headerAt)
    throw new Error(`${cannot} as its header must lie within the file: the file has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerLength > Math.min(bytes.length - headerAt, longestHeader)) {
    throw new Error(
      `${cannot} as its header must lie within the file and within ${longestHeader} bytes: it claims ${headerLength}, the file has ${bytes.length - headerAt} after it begins`,
    );
  }
  const valuesAt = headerAt + headerLength;
  const header = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(headerAt, valuesAt));

  const type = /['"]descr['"]\s*:\s*['"]([<>|=]?)([A-Za-z]\d*)['"]/.exec(header);
  const code = type?.[2] ?? '';
  if (!Object.hasOwn(typeCodes, code)) {
    const shown = /['"]descr['"]\s*:\s*(.{0,40})/.exec(header)?.[1];
    throw new Error(
      `${cannot} as its type must be one of ${Object.keys(typeCodes).join(', ')} (no texts, complex numbers, structures or Python objects): ${shown ? `its descr is ${shown}` : 'it has no descr'}`,
    );
  }
  const dtype = typeCodes[code as keyof typeof typeCodes];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(header)?.[1];
  if (order === undefined) throw new Error(`${cannot} as its header must tell fortran_order`);
  const lengths = /['"]shape['"]\s*:\s*\(([\d\sL,]*)\)/.exec(header)?.[1];
  const shape = lengths
    ?.split(',')
    .flatMap((text) => (text.trim() === '' ? [] : [Number(text.trim().replace(/L$/, ''))]));
  const size = shape && shape.length <= mostDimensions ? sizeOfShape(shape) : undefined;
  if (!shape || size === undefined) {
    throw new Error(
      `${cannot} as its shape must be a tuple of at most ${mostDimensions} natural numbers: it is (${lengths?.slice(0, 60) ?? ''})`,
    );
  }
  const needed = size * dtypes[dtype].bytes;
  if (needed !== bytes.length - valuesAt) {
    throw new Error(
      `${cannot} as its values must fill the file: the shape (${shape.join(', ')}) of ${code} needs ${needed} bytes, the file has ${bytes.length - valuesAt}`,
    );
  }
  const data = decodeElements(bytes.subarray(valuesAt), dtype, { littleEndian: type![1] !== '>', what: cannot });
  if (order === 'False' || shape.length < 2 || size === 0) return { dtype, shape, data };
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, length) => product * length, 1));
  return { dtype, shape, data: gather(data, { offset: 0, shape, strides }, size) };
}

/**
 * An array as the bytes of a NumPy `.npy` file (version 1, little-endian, C order), as `numpy.save` writes it.
 *
 * @throws TypeError or RangeError where the data do not fit the dtype or the shape, or for `bfloat16`, which NumPy does not have.
 *
 * @example
 * ```ts
 * import { encodeNpy } from '@mer/io';
 *
 * const bytes = encodeNpy({ dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) });
 * console.log(bytes.length); // 140
 * ```
 *
 * Reference: NumPy, numpy/lib/format.py (NEP 1).
 */
export function encodeNpy(array: ArrayData): Uint8Array<ArrayBuffer> {
  if (array.dtype === 'bfloat16') {
    throw new TypeError(
      "Cannot write npy as NumPy has no bfloat16: write { ...array, dtype: 'float32' }, which holds every value exactly",
    );
  }
  const values = encodeElements(array, 'Cannot write npy');
  const code = Object.entries(typeCodes).find(([, dtype]) => dtype === array.dtype)![0];
  const { shape } = array;
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '${code.endsWith('1') ? '|' : '<'}${code}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // NumPy leaves room for a longer first dimension, so that a file can be extended in place.
  const room = shape.length > 0 ? 21 - String(shape[0]).length : 0;
  const length = Math.ceil((10 + text.length + room + 1) / 64) * 64;
  const bytes = new Uint8Array(length + values.length).fill(0x20, 0, length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[length - 1] = 0x0a;
  bytes.set(values, length);
  return bytes;
}
