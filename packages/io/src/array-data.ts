/**
 * The element types that files hold.
 *
 * `float16` and `bfloat16` are what the file stores; in memory such an array is a `Float32Array` (every value fits exactly).
 * `int64` and `uint64` are `Float64Array` in memory, and a value beyond 2^53 - 1, which a JavaScript number cannot hold, is an
 * error instead of a rounded number.
 */
export type DType =
  | 'bool'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64';

/** The typed arrays that hold the elements in memory; see {@link DType} for which one holds what. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** An array read from a file, or to be written to one: no tensor, no backend, nothing to dispose. */
export interface ArrayData {
  /** What the file stores. */
  dtype: DType;
  /** Lengths of the dimensions; `[]` is a single number. */
  shape: number[];
  /** Elements in row-major (C) order. `bool` is 0 and 1 in a `Uint8Array`. */
  data: NumericArray;
}

/** Arrays by name, in the order of the file. Made without a prototype, so that no name in a file can mean anything else. */
export type NamedArrays = Record<string, ArrayData>;

type ArrayConstructor = new (buffer: ArrayBuffer) => NumericArray;

interface DTypeInfo {
  bytes: number;
  memory: ArrayConstructor;
}

/** Bytes per element in a file, and the typed array in memory. */
export const dtypes = Object.freeze({
  bool: { bytes: 1, memory: Uint8Array },
  uint8: { bytes: 1, memory: Uint8Array },
  int8: { bytes: 1, memory: Int8Array },
  uint16: { bytes: 2, memory: Uint16Array },
  int16: { bytes: 2, memory: Int16Array },
  uint32: { bytes: 4, memory: Uint32Array },
  int32: { bytes: 4, memory: Int32Array },
  uint64: { bytes: 8, memory: Float64Array },
  int64: { bytes: 8, memory: Float64Array },
  float16: { bytes: 2, memory: Float32Array },
  bfloat16: { bytes: 2, memory: Float32Array },
  float32: { bytes: 4, memory: Float32Array },
  float64: { bytes: 8, memory: Float64Array },
}) satisfies Readonly<Record<DType, DTypeInfo>>;

/** Number of elements of a shape; `undefined` where a length is no natural number or the product is beyond 2^53 - 1. */
export function sizeOfShape(shape: readonly unknown[]): number | undefined {
  let size = 1;
  let empty = false;
  for (const length of shape) {
    if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) return undefined;
    if (length === 0) empty = true;
    else if (!Number.isSafeInteger((size *= length))) return undefined;
  }
  return empty ? 0 : size;
}

/** A {@link NamedArrays} from pairs, without a prototype. */
export function namedArrays(pairs: Iterable<readonly [string, ArrayData]>): NamedArrays {
  const result: NamedArrays = Object.create(null);
  for (const [name, array] of pairs) result[name] = array;
  return result;
}
