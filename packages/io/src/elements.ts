import { type ArrayData, type DType, dtypes, type NumericArray, sizeOfShape } from './array-data.js';

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let start = 0; start + width <= bytes.length; start += width) bytes.subarray(start, start + width).reverse();
}

/** Bits of a half as bits of a float32. */
function halfToFloatBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal half is a normal float32: shift its highest one into the hidden bit.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/** Bits of a float32 as bits of the nearest half, ties to even. */
function floatToHalfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >> 13) & 0x3ff);
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0xfff + ((magnitude >> 13) & 1);
    return sign | ((rounded - 0x38000000) >> 13);
  }
  if (magnitude <= 0x33000000) return sign;
  // The result is subnormal: an integer count of 2^-24.
  const shift = 126 - (magnitude >> 23);
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const half = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return sign | (half + (rest > tie || (rest === tie && (half & 1) === 1) ? 1 : 0));
}

/** Bits of a float32 as bits of the nearest bfloat16, ties to even. */
function floatToBfloatBits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return ((bits >>> 16) | 0x40) & 0xffff;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

function largeInteger(what: string, value: number, index: number): RangeError {
  return new RangeError(
    `${what} as its 64-bit integers must lie within -(2^53 - 1) to 2^53 - 1, which a JavaScript number can hold: element ${index} is about ${value}`,
  );
}

/**
 * Elements as a file stores them, as a typed array of their own (a copy).
 * The length of `bytes` must be a multiple of the element's width. `what` starts the error message.
 */
export function decodeElements(
  bytes: Uint8Array,
  dtype: DType,
  { littleEndian = true, what = 'Cannot read array' }: { littleEndian?: boolean; what?: string } = {},
): NumericArray {
  const copy = new Uint8Array(bytes);
  const width = dtypes[dtype].bytes;
  if (width > 1 && littleEndian !== hostIsLittleEndian) swapBytes(copy, width);
  const buffer = copy.buffer;
  if (dtype === 'bool') {
    for (let i = 0; i < copy.length; i++) if (copy[i]! > 1) copy[i] = 1;
    return copy;
  }
  if (dtype === 'float16' || dtype === 'bfloat16') {
    const stored = new Uint16Array(buffer);
    const bits = new Uint32Array(stored.length);
    if (dtype === 'float16') for (let i = 0; i < bits.length; i++) bits[i] = halfToFloatBits(stored[i]!);
    else for (let i = 0; i < bits.length; i++) bits[i] = stored[i]! << 16;
    return new Float32Array(bits.buffer);
  }
  if (dtype === 'int64' || dtype === 'uint64') {
    const words = new Uint32Array(buffer);
    const low = hostIsLittleEndian ? 0 : 1;
    const values = new Float64Array(words.length / 2);
    for (let i = 0; i < values.length; i++) {
      const high = words[2 * i + 1 - low]!;
      const value = (dtype === 'int64' ? high | 0 : high) * 2 ** 32 + words[2 * i + low]!;
      if (!Number.isSafeInteger(value)) throw largeInteger(what, value, i);
      values[i] = value;
    }
    return values;
  }
  return new dtypes[dtype].memory(buffer);
}

/**
 * Elements as a file stores them, little-endian (a copy).
 *
 * @throws TypeError where the data are not the typed array of their dtype, RangeError where they do not fill the shape or a
 * 64-bit integer is no integer.
 */
export function encodeElements(array: ArrayData, what = 'Cannot write array'): Uint8Array<ArrayBuffer> {
  const { dtype, shape, data } = array;
  const info = dtypes[dtype] as (typeof dtypes)[DType] | undefined;
  if (info === undefined || !Object.hasOwn(dtypes, dtype)) {
    throw new TypeError(
      `${what} as dtype must be one of ${Object.keys(dtypes).join(', ')}: current value is ${String(dtype)}`,
    );
  }
  if (!(data instanceof info.memory)) {
    throw new TypeError(
      `${what} as the data of dtype ${dtype} must be a ${info.memory.name}: current value is ${Object.prototype.toString.call(data).slice(8, -1)}`,
    );
  }
  const size = sizeOfShape(shape);
  if (size !== data.length) {
    throw new RangeError(
      `${what} as the data must fill the shape [${shape.join(', ')}]: current length is ${data.length}`,
    );
  }
  let bytes: Uint8Array<ArrayBuffer>;
  if (dtype === 'float16' || dtype === 'bfloat16') {
    const bits = new Uint32Array(Float32Array.from(data).buffer);
    const stored = new Uint16Array(bits.length);
    const convert = dtype === 'float16' ? floatToHalfBits : floatToBfloatBits;
    for (let i = 0; i < bits.length; i++) stored[i] = convert(bits[i]!);
    bytes = new Uint8Array(stored.buffer);
  } else if (dtype === 'int64' || dtype === 'uint64') {
    const words = new Uint32Array(2 * data.length);
    const low = hostIsLittleEndian ? 0 : 1;
    for (let i = 0; i < data.length; i++) {
      const value = data[i]!;
      if (!Number.isSafeInteger(value)) throw largeInteger(what, value, i);
      if (dtype === 'uint64' && value < 0) {
        throw new RangeError(`${what} as uint64 must not be negative: element ${i} is ${value}`);
      }
      const high = Math.floor(value / 2 ** 32);
      words[2 * i + low] = value - high * 2 ** 32;
      words[2 * i + 1 - low] = high;
    }
    bytes = new Uint8Array(words.buffer);
  } else if (dtype === 'bool') {
    bytes = Uint8Array.from(data, (value) => (value ? 1 : 0));
  } else {
    bytes = new Uint8Array(data.byteLength);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  if (!hostIsLittleEndian) swapBytes(bytes, info.bytes);
  return bytes;
}
