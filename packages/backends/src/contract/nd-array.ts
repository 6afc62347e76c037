/** An array in double precision: what references compute with. */
export type NdArray = {
  /** Length of every axis. */
  shape: readonly number[];
  /** Values in row-major order. */
  data: Float64Array;
};

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** An array of zeros, or of `value`. */
export function filled(shape: readonly number[], value = 0): NdArray {
  return { shape, data: new Float64Array(sizeOf(shape)).fill(value) };
}

/**
 * Values drawn evenly from `low` to `high`, rounded to single precision so that a backend is given exactly these; the
 * same for the same seed.
 */
export function drawn(shape: readonly number[], seed: number, low = -1, high = 1): NdArray {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x85ebca6b) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(low + (high - low) * next())) };
}

/** Distances between values in row-major order. */
export function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_length, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Calls `visit` with every index of a shape and its place in row-major order. */
export function forEachIndex(shape: readonly number[], visit: (index: readonly number[], at: number) => void): void {
  const index = shape.map(() => 0);
  const size = sizeOf(shape);
  for (let at = 0; at < size; at++) {
    visit(index, at);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** An array whose value at each index is `value(index)`. */
export function build(shape: readonly number[], value: (index: readonly number[]) => number): NdArray {
  const out = filled(shape);
  forEachIndex(shape, (index, at) => {
    out.data[at] = value(index);
  });
  return out;
}

/** The value at an index; axes of length 1 are repeated, missing leading axes too. */
export function at(array: NdArray, index: readonly number[]): number {
  const strides = stridesOf(array.shape);
  const offset = index.length - array.shape.length;
  let place = 0;
  for (let axis = 0; axis < array.shape.length; axis++) {
    if (array.shape[axis] !== 1) place += strides[axis]! * index[axis + offset]!;
  }
  return array.data[place]!;
}

/** Element by element, with broadcasting. */
export function elementwise(f: (...values: number[]) => number, ...arrays: readonly NdArray[]): NdArray {
  const rank = Math.max(...arrays.map(({ shape }) => shape.length));
  const shape = Array.from({ length: rank }, (_unused, axis) =>
    Math.max(...arrays.map((array) => array.shape[axis - rank + array.shape.length] ?? 1)),
  );
  return build(shape, (index) => f(...arrays.map((array) => at(array, index))));
}

/** Reduces some axes: `f` is given the values that fall together. */
export function reduced(array: NdArray, axes: readonly number[], f: (values: number[]) => number): NdArray {
  const kept = array.shape.map((_length, axis) => axis).filter((axis) => !axes.includes(axis));
  const shape = kept.map((axis) => array.shape[axis]!);
  const strides = stridesOf(shape);
  const groups: number[][] = Array.from({ length: sizeOf(shape) }, () => []);
  forEachIndex(array.shape, (index, place) => {
    const group = kept.reduce((sum, axis, i) => sum + index[axis]! * strides[i]!, 0);
    groups[group]!.push(array.data[place]!);
  });
  return { shape, data: Float64Array.from(groups, f) };
}

/** Sum of numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Gradients of `sum(dy * f(inputs))` by central differences. */
export function differences(
  f: (...inputs: NdArray[]) => NdArray,
  inputs: readonly NdArray[],
  dy: NdArray,
  wrt: readonly number[],
  step = 1e-4,
): NdArray[] {
  return wrt.map((which) => {
    const moved = inputs.map((input) => ({ shape: input.shape, data: input.data.slice() }));
    const target = moved[which]!;
    const gradient = filled(target.shape);
    for (let i = 0; i < target.data.length; i++) {
      const value = target.data[i]!;
      const evaluate = (x: number) => {
        target.data[i] = x;
        return f(...moved).data;
      };
      const above = evaluate(value + step).slice();
      const below = evaluate(value - step);
      target.data[i] = value;
      let total = 0;
      for (let j = 0; j < above.length; j++) total += dy.data[j]! * (above[j]! - below[j]!);
      gradient.data[i] = total / (2 * step);
    }
    return gradient;
  });
}

/** Largest difference, divided by the largest value of the reference. */
export function relativeError(got: ArrayLike<number>, wanted: Float64Array): number {
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < wanted.length; i++) {
    const d = Math.abs(got[i]! - wanted[i]!);
    if (!(d <= difference)) difference = Number.isNaN(d) ? Number.POSITIVE_INFINITY : d;
    scale = Math.max(scale, Math.abs(wanted[i]!));
  }
  return difference === 0 ? 0 : difference / Math.max(scale, 1e-30);
}
