import * as tf from '@tensorflow/tfjs-core';
import type { ContractCase } from './contract-case.js';
import { drawn, type NdArray, sum } from './nd-array.js';
import { axisPads, pooled, type Windows } from './windows.js';

type Pad = 'same' | 'valid' | number;

function windows(spatial: readonly number[], size: number, stride: number, pad: Pad): Windows {
  return {
    size: spatial.map(() => size),
    strides: spatial.map(() => stride),
    dilations: spatial.map(() => 1),
    pads: spatial.map((length) => axisPads(pad, length, size, stride, 1)),
  };
}

/** Values further apart than the step of a difference, so that none becomes the largest of a window by it. */
function spaced(shape: readonly number[], seed: number, low: number, high: number): NdArray {
  const random = drawn(shape, seed);
  const order = [...random.data.keys()].sort((a, b) => random.data[a]! - random.data[b]!);
  const data = new Float64Array(random.data.length);
  order.forEach((place, rank) => {
    data[place] = Math.fround(low + ((high - low) * rank) / order.length);
  });
  return { shape, data };
}

function poolCase(
  kind: 'max' | 'avg',
  image: readonly number[],
  size: number,
  stride: number,
  pad: Pad,
  [low, high]: [number, number] = [-1, 1],
): ContractCase {
  const spatial = image.slice(1, -1);
  const w = windows(spatial, size, stride, pad);
  const flat = spatial.length === 2;
  const name = `${kind}Pool${flat ? '' : '3d'}`;
  const kernel = `${kind === 'max' ? 'MaxPool' : 'AvgPool'}${flat ? '' : '3D'}`;
  return {
    name: `${name} ${image.join('x')}, size ${size}, stride ${stride}, pad ${pad}, values ${low} to ${high}`,
    kernels: [kernel, `${kernel}Grad`],
    inputs: [spaced(image, 20, low, high)],
    run: (x) => {
      if (flat) return (kind === 'max' ? tf.maxPool : tf.avgPool)(x as tf.Tensor4D, size, stride, pad as 'same');
      return (kind === 'max' ? tf.maxPool3d : tf.avgPool3d)(x as tf.Tensor5D, size, stride, pad as 'same');
    },
    reference: (x) =>
      pooled(x!, w, kind === 'max' ? (values) => Math.max(...values) : (values) => sum(values) / values.length),
    wrt: [0],
  };
}

/** Pooling. */
export const poolingCases: readonly ContractCase[] = [
  poolCase('max', [2, 6, 8, 3], 2, 2, 'valid'),
  poolCase('max', [2, 7, 7, 3], 3, 3, 1, [-2, -1]),
  poolCase('max', [1, 7, 8, 5], 3, 2, 'same', [-2, -1]),
  poolCase('max', [1, 6, 6, 4], 3, 1, 'same', [-2, 0]),
  poolCase('max', [1, 6, 7, 8], 3, 2, 1, [-3, -2]),
  poolCase('max', [1, 5, 5, 2], 1, 2, 'valid', [-2, -1]),
  poolCase('max', [1, 4, 6, 4, 3], 2, 2, 'valid', [-2, -1]),
  poolCase('max', [1, 5, 4, 5, 5], 3, 2, 'same', [-2, -1]),
  poolCase('max', [1, 4, 4, 4, 2], 2, 1, 'valid', [-1, 1]),
  poolCase('avg', [2, 6, 8, 3], 2, 2, 'valid'),
  poolCase('avg', [1, 7, 7, 5], 3, 2, 'valid'),
  poolCase('avg', [1, 7, 8, 4], 3, 2, 'same'),
  poolCase('avg', [1, 7, 6, 4], 3, 2, 1),
  poolCase('avg', [1, 4, 6, 4, 3], 2, 2, 'valid'),
  poolCase('avg', [1, 5, 4, 5, 4], 3, 2, 'same'),
];
