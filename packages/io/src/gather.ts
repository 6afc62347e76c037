import type { NumericArray } from './array-data.js';

/** A strided view: element `[i, j, …]` lies at `offset + i * strides[0] + j * strides[1] + …`. */
export interface StridedView {
  offset: number;
  shape: readonly number[];
  strides: readonly number[];
}

/** Whether a view lies in row-major order without gaps. */
export function isContiguous({ shape, strides }: StridedView): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** The `size` elements of a view in row-major order, as a copy. */
export function gather(elements: NumericArray, { offset, shape, strides }: StridedView, size: number): NumericArray {
  const result = new (elements.constructor as new (length: number) => NumericArray)(size);
  const index = shape.map(() => 0);
  const width = shape.at(-1) ?? 1;
  const step = strides.at(-1) ?? 0;
  let from = offset;
  for (let to = 0; to < size; ) {
    for (let i = 0; i < width; i++) result[to++] = elements[from + i * step]!;
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
