import * as tf from '@tensorflow/tfjs-core';
import { gelu } from '../gelu.js';
import { swish } from '../swish.js';
import type { ContractCase } from './contract-case.js';
import { drawn, elementwise, type NdArray } from './nd-array.js';

/** Error function by its Taylor series, exact to double precision on the range in use. */
function erf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < 60; n++) {
    term *= -(x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

const [alpha, scale] = [1.6732632423543772, 1.0507009873554805];

type Unary = [
  name: string,
  kernel: string,
  op: (x: tf.Tensor) => tf.Tensor,
  f: (x: number) => number,
  low: number,
  high: number,
];

const unary: Unary[] = [
  ['abs', 'Abs', tf.abs, Math.abs, -2, 2],
  ['neg', 'Neg', tf.neg, (x) => -x, -2, 2],
  ['square', 'Square', tf.square, (x) => x * x, -2, 2],
  ['sqrt', 'Sqrt', tf.sqrt, Math.sqrt, 0.1, 4],
  ['rsqrt', 'Rsqrt', tf.rsqrt, (x) => 1 / Math.sqrt(x), 0.1, 4],
  ['reciprocal', 'Reciprocal', tf.reciprocal, (x) => 1 / x, 0.2, 3],
  ['exp', 'Exp', tf.exp, Math.exp, -3, 3],
  ['expm1', 'Expm1', tf.expm1, Math.expm1, -2, 2],
  ['log', 'Log', tf.log, Math.log, 0.1, 5],
  ['log1p', 'Log1p', tf.log1p, Math.log1p, -0.5, 5],
  ['sin', 'Sin', tf.sin, Math.sin, -3, 3],
  ['cos', 'Cos', tf.cos, Math.cos, -3, 3],
  ['tanh', 'Tanh', tf.tanh, Math.tanh, -3, 3],
  ['sigmoid', 'Sigmoid', tf.sigmoid, (x) => 1 / (1 + Math.exp(-x)), -4, 4],
  ['softplus', 'Softplus', tf.softplus, (x) => Math.log1p(Math.exp(x)), -4, 4],
  ['erf', 'Erf', tf.erf, erf, -2, 2],
  ['gelu', 'Gelu', gelu, (x) => (x / 2) * (1 + erf(x * Math.SQRT1_2)), -3, 3],
  ['swish', 'Swish', swish, (x) => x / (1 + Math.exp(-x)), -6, 6],
  ['relu', 'Relu', tf.relu, (x) => Math.max(0, x), -2, 2],
  ['relu6', 'Relu6', tf.relu6, (x) => Math.min(6, Math.max(0, x)), -4, 10],
  ['elu', 'Elu', tf.elu, (x) => (x >= 0 ? x : Math.expm1(x)), -2, 2],
  ['selu', 'Selu', tf.selu, (x) => scale * (x >= 0 ? x : alpha * Math.expm1(x)), -2, 2],
  ['leakyRelu', 'LeakyRelu', (x) => tf.leakyRelu(x, 0.2), (x) => (x >= 0 ? x : 0.2 * x), -2, 2],
  ['clipByValue', 'ClipByValue', (x) => tf.clipByValue(x, -0.5, 0.7), (x) => Math.min(0.7, Math.max(-0.5, x)), -2, 2],
];

type Binary = [
  name: string,
  kernel: string,
  op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  f: (a: number, b: number) => number,
];

const binary: Binary[] = [
  ['add', 'Add', tf.add, (a, b) => a + b],
  ['sub', 'Sub', tf.sub, (a, b) => a - b],
  ['mul', 'Multiply', tf.mul, (a, b) => a * b],
  ['div', 'RealDiv', tf.div, (a, b) => a / b],
  ['maximum', 'Maximum', tf.maximum, Math.max],
  ['minimum', 'Minimum', tf.minimum, Math.min],
  ['squaredDifference', 'SquaredDifference', tf.squaredDifference, (a, b) => (a - b) ** 2],
];

const shapes: [name: string, a: number[], b: number[]][] = [
  ['same shape', [3, 7], [3, 7]],
  ['a row', [2, 3, 5, 5], [5]],
  ['a row of 32', [3, 32], [32]],
  ['from the left', [3], [4, 5, 3]],
  ['a scalar', [3, 7], []],
  ['a column', [4, 5], [4, 1]],
  ['both ways', [4, 1, 3], [5, 1]],
  ['a map', [2, 3, 4, 5], [2, 1, 1, 5]],
];

/** 0 to 19. */
const places: NdArray = { shape: [4, 5], data: Float64Array.from({ length: 20 }, (_unused, i) => i) };
/** True at even places. */
const checkered = () =>
  tf.tensor(
    Array.from(places.data, (i) => Number(i % 2 === 0)),
    [4, 5],
    'bool',
  );

/** Arithmetic and activations. */
export const elementwiseCases: readonly ContractCase[] = [
  ...unary.map(
    ([name, kernel, op, f, low, high], i): ContractCase => ({
      name,
      kernels: [kernel],
      inputs: [drawn([5, 9], 40 + i, low, high)],
      run: (x) => op(x!),
      reference: (x) => elementwise((value) => f(value!), x!),
      wrt: [0],
    }),
  ),
  ...binary.flatMap(([name, kernel, op, f]) =>
    shapes.map(
      ([how, a, b]): ContractCase => ({
        name: `${name}, ${how}`,
        kernels: [kernel],
        inputs: [drawn(a, 70), drawn(b, 71, 0.5, 2)],
        run: (x, y) => op(x!, y!),
        reference: (x, y) => elementwise((p, q) => f(p!, q!), x!, y!),
        wrt: [0, 1],
      }),
    ),
  ),
  {
    name: 'pow',
    kernels: ['Pow'],
    inputs: [drawn([4, 5], 72, 0.5, 2), drawn([4, 5], 73, -2, 2)],
    run: (x, y) => tf.pow(x!, y!),
    reference: (x, y) => elementwise((p, q) => p! ** q!, x!, y!),
    wrt: [0, 1],
  },
  {
    name: 'prelu',
    kernels: ['Prelu'],
    inputs: [drawn([4, 5], 74), drawn([5], 75)],
    run: (x, y) => tf.prelu(x!, y!),
    reference: (x, y) => elementwise((p, q) => (p! >= 0 ? p! : p! * q!), x!, y!),
    wrt: [0, 1],
  },
  {
    name: 'where',
    kernels: ['Select'],
    inputs: [drawn([4, 5], 76), drawn([4, 5], 77)],
    run: (x, y) => tf.where(checkered(), x!, y!),
    reference: (x, y) => elementwise((i, p, q) => (i! % 2 === 0 ? p! : q!), places, x!, y!),
    wrt: [0, 1],
  },
];
