import * as tf from '@tensorflow/tfjs-core';
import type { ContractCase } from './contract-case.js';
import { build, drawn, type NdArray } from './nd-array.js';
import { get, mirrored, moveCase, padded } from './shape-cases.js';

const five = [2, 3, 2, 3, 4];
const six = [2, 1, 3, 2, 2, 3];

/** A row along the last of five axes. */
function rowCase(
  name: string,
  kernel: string,
  op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  f: (a: number, b: number) => number,
  rowFirst = false,
): ContractCase {
  const inputs = [drawn(five, 110, 0.5, 2), drawn([4], 111, 0.5, 2)];
  return {
    name: `${name} of five axes and a row${rowFirst ? ', the row first' : ''}`,
    kernels: [kernel],
    inputs: rowFirst ? inputs.reverse() : inputs,
    run: (a, b) => tf.cast(op(a!, b!), 'float32'),
    reference: (a, b) => {
      const at = (array: NdArray, index: readonly number[]) =>
        get(array, array.shape.length === 1 ? [index[4]!] : index);
      return build(five, (index) => f(at(a!, index), at(b!, index)));
    },
    wrt: ['Less', 'Equal'].includes(kernel) ? [] : [0, 1],
  };
}

/** Operations on five and six axes: the webgl and webgpu backends of tfjs have many that take four at most. */
export const manyAxesCases: readonly ContractCase[] = [
  moveCase(
    'slice with five axes',
    'Slice',
    five,
    (x) => tf.slice(x, [0, 1, 0, 1, 1], [1, 2, 1, 2, 2]),
    [1, 2, 1, 2, 2],
    ([a, b, c, d, e]) => [a!, b! + 1, c!, d! + 1, e! + 1],
  ),
  moveCase(
    'pad of each of five axes',
    'PadV2',
    five,
    (x) =>
      tf.pad(x, [
        [1, 0],
        [0, 2],
        [1, 1],
        [2, 0],
        [0, 1],
      ]),
    [3, 5, 4, 5, 5],
    (index) => padded(index, [1, 0, 1, 2, 0], five),
  ),
  moveCase(
    'pad of two of six axes',
    'PadV2',
    six,
    (x) =>
      tf.pad(x, [
        [0, 0],
        [1, 2],
        [0, 0],
        [0, 0],
        [2, 1],
        [0, 0],
      ]),
    [2, 4, 3, 2, 5, 3],
    (index) => padded(index, [0, 1, 0, 0, 2, 0], six),
  ),
  moveCase(
    'mirrorPad of five axes',
    'MirrorPad',
    five,
    (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 0],
          [2, 1],
          [0, 0],
          [1, 1],
          [0, 3],
        ],
        'symmetric',
      ),
    [3, 6, 2, 5, 7],
    ([a, b, c, d, e]) => [
      mirrored(a! - 1, 2, 0),
      mirrored(b! - 2, 3, 0),
      c!,
      mirrored(d! - 1, 3, 0),
      mirrored(e!, 4, 0),
    ],
  ),
  // tfjs has no gradient of it
  {
    ...moveCase(
      'tile of six axes',
      'Tile',
      six,
      (x) => tf.tile(x, [2, 3, 1, 2, 1, 2]),
      [4, 3, 3, 4, 2, 6],
      (index) => index.map((i, axis) => i % six[axis]!),
    ),
    wrt: [],
  },
  moveCase(
    'reverse of five axes',
    'Reverse',
    five,
    (x) => tf.reverse(x, [0, 1, 3, 4]),
    five,
    ([a, b, c, d, e]) => [1 - a!, 2 - b!, c!, 2 - d!, 3 - e!],
  ),
  // tfjs has no gradient of it
  {
    ...moveCase(
      'stridedSlice of five axes',
      'StridedSlice',
      five,
      (x) => tf.stridedSlice(x, [1, 2, 0, 0, -1], [0, 0, 2, 3, 0], [-1, -1, 1, 2, -2], 0, 1),
      [2, 2, 2, 2, 2],
      ([a, b, c, d, e]) => [1 - a!, 2 - b!, c!, 2 * d!, 3 - 2 * e!],
    ),
    wrt: [],
  },
  {
    name: 'cumsum of five axes',
    kernels: ['Cumsum'],
    inputs: [drawn(five, 112)],
    run: (x) => tf.cumsum(x!, 1, true, true),
    reference: (x) =>
      build(five, ([a, b, ...rest]) => {
        let total = 0;
        for (let i = b! + 1; i < five[1]!; i++) total += get(x!, [a!, i, ...rest]);
        return total;
      }),
    wrt: [0],
  },
  {
    name: 'where of five axes',
    kernels: ['Select'],
    inputs: [drawn(five, 113), drawn(five, 114)],
    run: (x, y) =>
      tf.where(
        tf.tensor(
          Array.from({ length: 144 }, (_, i) => i % 3 === 0),
          five,
          'bool',
        ),
        x!,
        y!,
      ),
    reference: (x, y) => {
      let at = 0;
      return build(five, (index) => get(at++ % 3 === 0 ? x! : y!, index));
    },
    wrt: [0, 1],
  },
  rowCase('add', 'Add', tf.add, (a, b) => a + b),
  rowCase('add', 'Add', tf.add, (a, b) => a + b, true),
  rowCase('sub', 'Sub', tf.sub, (a, b) => a - b, true),
  rowCase('mul', 'Multiply', tf.mul, (a, b) => a * b),
  rowCase('div', 'RealDiv', tf.div, (a, b) => a / b),
  rowCase('maximum', 'Maximum', tf.maximum, Math.max),
  rowCase('squaredDifference', 'SquaredDifference', tf.squaredDifference, (a, b) => (a - b) ** 2),
  rowCase(
    'prelu',
    'Prelu',
    (a, b) => tf.prelu(tf.sub(a, 1), b),
    (a, b) => (a >= 1 ? a - 1 : b * (a - 1)),
  ),
  rowCase('less', 'Less', tf.less, (a, b) => (a < b ? 1 : 0)),
];
