import * as tf from '@tensorflow/tfjs-core';
import type { ContractCase } from './contract-case.js';
import { build, drawn, type NdArray, stridesOf } from './nd-array.js';

/** The value at an index. */
export function get(array: NdArray, index: readonly number[]): number {
  const strides = stridesOf(array.shape);
  return array.data[index.reduce((place, i, axis) => place + i * strides[axis]!, 0)]!;
}

/** A case whose result holds values of the input: `source` gives the index each comes from, or a constant. */
export function moveCase(
  name: string,
  kernel: string,
  shape: number[],
  run: (x: tf.Tensor) => tf.Tensor,
  outShape: number[],
  source: (index: readonly number[]) => readonly number[] | number,
): ContractCase {
  return {
    name,
    kernels: [kernel],
    inputs: [drawn(shape, 100)],
    run: (x) => run(x!),
    reference: (x) =>
      build(outShape, (index) => {
        const from = source(index);
        return typeof from === 'number' ? from : get(x!, from);
      }),
    wrt: [0],
  };
}

/** Where the value at `index` lay before `before` were added along each axis; 0 where it is one of those. */
export const padded = (index: readonly number[], before: number[], shape: number[]) => {
  const from = index.map((i, axis) => i - before[axis]!);
  return from.every((i, axis) => i >= 0 && i < shape[axis]!) ? from : 0;
};

/** Where the value at place `i` of a mirrored border came from. */
export const mirrored = (i: number, length: number, edge: 0 | 1) => {
  if (i < 0) return -i - 1 + edge;
  return i < length ? i : 2 * length - i - 1 - edge;
};

function resized(shape: number[], size: [number, number], alignCorners: boolean, halfPixel: boolean): ContractCase {
  const weights = (length: number, wanted: number) =>
    Array.from({ length: wanted }, (_unused, i) => {
      const step = alignCorners && wanted > 1 ? (length - 1) / (wanted - 1) : length / wanted;
      const place = halfPixel ? step * (i + 0.5) - 0.5 : step * i;
      const low = Math.max(0, Math.floor(place));
      return { low, high: Math.min(length - 1, Math.ceil(place)), share: place - Math.floor(place), place };
    });
  const [rows, columns] = [weights(shape[1]!, size[0]), weights(shape[2]!, size[1])];
  return {
    name: `resizeBilinear ${shape.join('x')} to ${size.join('x')}${alignCorners ? ', corners aligned' : ''}${halfPixel ? ', half pixels' : ''}`,
    kernels: ['ResizeBilinear', ...(halfPixel ? [] : ['ResizeBilinearGrad'])],
    inputs: [drawn(shape, 101)],
    run: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, size, alignCorners, halfPixel),
    reference: (x) =>
      build([shape[0]!, ...size, shape[3]!], ([n, i, j, c]) => {
        const [r, q] = [rows[i!]!, columns[j!]!];
        const along = (row: number) =>
          get(x!, [n!, row, q.low, c!]) * (1 - q.share) + get(x!, [n!, row, q.high, c!]) * q.share;
        return along(r.low) * (1 - r.share) + along(r.high) * r.share;
      }),
    // tfjs's gradient ignores half pixels.
    ...(halfPixel ? {} : { wrt: [0] }),
  };
}

/** Operations that move values. */
export const shapeCases: readonly ContractCase[] = [
  moveCase(
    'transpose',
    'Transpose',
    [2, 3, 4],
    (x) => tf.transpose(x, [2, 0, 1]),
    [4, 2, 3],
    ([a, b, c]) => [b!, c!, a!],
  ),
  moveCase(
    'reverse',
    'Reverse',
    [3, 4],
    (x) => tf.reverse(x, [1]),
    [3, 4],
    ([a, b]) => [a!, 3 - b!],
  ),
  moveCase(
    'slice of rows',
    'Slice',
    [6, 4],
    (x) => tf.slice(x, [2, 0], [3, 4]),
    [3, 4],
    ([a, b]) => [a! + 2, b!],
  ),
  moveCase(
    'slice of a box',
    'Slice',
    [3, 5, 6, 4],
    (x) => tf.slice(x, [1, 2, 3, 1], [2, 3, 2, 2]),
    [2, 3, 2, 2],
    ([a, b, c, d]) => [a! + 1, b! + 2, c! + 3, d! + 1],
  ),
  moveCase(
    'slice of one value',
    'Slice',
    [3, 4],
    (x) => tf.slice(x, [1, 2], [1, 1]),
    [1, 1],
    () => [1, 2],
  ),
  moveCase(
    'pad',
    'PadV2',
    [2, 3, 4, 3],
    (x) =>
      tf.pad(x, [
        [0, 0],
        [1, 2],
        [2, 0],
        [0, 0],
      ]),
    [2, 6, 6, 3],
    (index) => padded(index, [0, 1, 2, 0], [2, 3, 4, 3]),
  ),
  moveCase(
    'pad of channels',
    'PadV2',
    [3, 4],
    (x) =>
      tf.pad(x, [
        [0, 0],
        [1, 2],
      ]),
    [3, 7],
    (index) => padded(index, [0, 1], [3, 4]),
  ),
  moveCase(
    'mirrorPad reflect',
    'MirrorPad',
    [1, 4, 5],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [2, 1],
          [1, 2],
        ],
        'reflect',
      ),
    [1, 7, 8],
    ([n, i, j]) => [n!, mirrored(i! - 2, 4, 1), mirrored(j! - 1, 5, 1)],
  ),
  moveCase(
    'tile of a row',
    'Tile',
    [1, 1, 1, 5],
    (x) => tf.tile(x, [2, 3, 4, 1]),
    [2, 3, 4, 5],
    (index) => [0, 0, 0, index[3]!],
  ),
  moveCase(
    'tile of a matrix',
    'Tile',
    [3, 2],
    (x) => tf.tile(x, [2, 3]),
    [6, 6],
    ([a, b]) => [a! % 3, b! % 2],
  ),
  moveCase(
    'tile of columns',
    'Tile',
    [3, 1, 2, 1],
    (x) => tf.tile(x, [1, 4, 1, 3]),
    [3, 4, 2, 3],
    ([a, , c]) => [a!, 0, c!, 0],
  ),
  moveCase(
    'reshape',
    'Reshape',
    [3, 4],
    (x) => tf.reshape(x, [2, 6]),
    [2, 6],
    ([a, b]) => {
      const place = a! * 6 + b!;
      return [Math.floor(place / 4), place % 4];
    },
  ),
  moveCase(
    'expandDims',
    'ExpandDims',
    [3, 4],
    (x) => tf.expandDims(x, 1),
    [3, 1, 4],
    ([a, , c]) => [a!, c!],
  ),
  moveCase(
    'clone',
    'Identity',
    [3, 4],
    (x) => tf.add(tf.clone(x), 0),
    [3, 4],
    (index) => index,
  ),
  moveCase(
    'gather',
    'GatherV2',
    [5, 3],
    (x) => tf.gather(x, tf.tensor1d([4, 0, 4], 'int32')),
    [3, 3],
    ([a, b]) => [[4, 0, 4][a!]!, b!],
  ),
  moveCase(
    'split',
    'SplitV',
    [3, 7],
    (x) => tf.split(x, [2, 4, 1], 1)[1]!,
    [3, 4],
    ([a, b]) => [a!, b! + 2],
  ),
  moveCase(
    'unstack',
    'Unpack',
    [3, 4],
    (x) => tf.unstack(x, 1)[2]!,
    [3],
    ([a]) => [a!, 2],
  ),
  ...[0, 1, 2].map(
    (axis): ContractCase => ({
      name: `concat along ${axis}`,
      kernels: ['Concat'],
      inputs: [
        drawn([2, 3, 4], 102),
        drawn(
          [2, 3, 4].map((length, i) => (i === axis ? 5 : length)),
          103,
        ),
      ],
      run: (a, b) => tf.concat([a!, b!], axis),
      reference: (a, b) =>
        build(
          [2, 3, 4].map((length, i) => (i === axis ? length + 5 : length)),
          (index) => {
            const own = [2, 3, 4][axis]!;
            if (index[axis]! < own) return get(a!, index);
            return get(
              b!,
              index.map((i, k) => (k === axis ? i - own : i)),
            );
          },
        ),
      wrt: [0, 1],
    }),
  ),
  {
    name: 'stack',
    kernels: ['Pack'],
    inputs: [drawn([2, 3], 104), drawn([2, 3], 105)],
    run: (a, b) => tf.stack([a!, b!], 1),
    reference: (a, b) => build([2, 2, 3], ([i, j, k]) => get(j === 0 ? a! : b!, [i!, k!])),
    wrt: [0, 1],
  },
  {
    name: 'oneHot of argMax',
    kernels: ['ArgMax', 'OneHot'],
    inputs: [drawn([5, 4], 106)],
    run: (x) => tf.cast(tf.oneHot(tf.cast(tf.argMax(x!, 1), 'int32'), 4), 'float32'),
    reference: (x) =>
      build([5, 4], ([i, j]) => {
        const row = x!.data.slice(i! * 4, i! * 4 + 4);
        return row.indexOf(Math.max(...row)) === j ? 1 : 0;
      }),
  },
  {
    name: 'topk',
    kernels: ['TopK'],
    inputs: [drawn([3, 7], 107)],
    run: (x) => tf.topk(x!, 3).values,
    reference: (x) =>
      build([3, 3], ([i, j]) => Array.from(x!.data.slice(i! * 7, i! * 7 + 7)).sort((p, q) => q - p)[j!]!),
  },
  {
    name: 'comparisons',
    kernels: ['Less', 'Equal', 'LogicalAnd', 'LogicalOr'],
    inputs: [drawn([4, 5], 108), drawn([4, 5], 109)],
    run: (a, b) =>
      tf.cast(tf.logicalOr(tf.logicalAnd(tf.less(a!, b!), tf.greater(a!, -0.5)), tf.equal(a!, b!)), 'float32'),
    reference: (a, b) =>
      build([4, 5], (index) => {
        const [p, q] = [get(a!, index), get(b!, index)];
        return (p < q && p > -0.5) || p === q ? 1 : 0;
      }),
  },
  resized([1, 4, 5, 2], [7, 9], false, false),
  resized([2, 7, 6, 3], [4, 3], true, false),
  resized([1, 5, 4, 2], [8, 7], false, true),
];
