import * as tf from '@tensorflow/tfjs-core';
import type { ContractCase } from './contract-case.js';
import { drawn, elementwise, type NdArray, reduced, sum } from './nd-array.js';
import { axisPads, convolution, depthwiseConvolution, type Windows } from './windows.js';

type Pad = 'same' | 'valid' | number;

function windows(spatial: readonly number[], size: readonly number[], stride: number, pad: Pad, dilation = 1): Windows {
  return {
    size,
    strides: size.map(() => stride),
    dilations: size.map(() => dilation),
    pads: size.map((length, axis) => axisPads(pad, spatial[axis]!, length, stride, dilation)),
  };
}

function conv2dCase(
  image: [number, number, number, number],
  filter: [number, number, number, number],
  stride: number,
  pad: Pad,
  dilation = 1,
): ContractCase {
  const w = windows(image.slice(1, 3), filter.slice(0, 2), stride, pad, dilation);
  const isDilated = dilation > 1;
  return {
    name: `conv2d ${image.join('x')} * ${filter.join('x')}, stride ${stride}, pad ${pad}, dilation ${dilation}`,
    kernels: ['Conv2D', ...(isDilated ? [] : ['Conv2DBackpropInput', 'Conv2DBackpropFilter'])],
    inputs: [drawn(image, 1), drawn(filter, 2)],
    run: (x, f) => tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, stride, pad as 'same', 'NHWC', dilation),
    reference: (x, f) => convolution(x!, f!, w).forward(),
    // tfjs has no gradient of a dilated convolution.
    ...(isDilated ? {} : { wrt: [0, 1], gradient: (dy, x, f) => convolution(x!, f!, w).backward(dy) }),
  };
}

const conv2dCases: ContractCase[] = [
  // Short patches: few channels.
  conv2dCase([2, 9, 8, 3], [3, 3, 3, 5], 1, 'same'),
  conv2dCase([2, 9, 8, 3], [3, 3, 3, 8], 1, 2),
  conv2dCase([3, 22, 23, 3], [7, 7, 3, 16], 2, 3),
  conv2dCase([4, 19, 16, 3], [5, 5, 3, 20], 2, 'same'),
  conv2dCase([8, 12, 11, 2], [8, 7, 2, 24], 2, 'valid'),
  conv2dCase([5, 20, 19, 16], [3, 3, 16, 20], 2, 'same'),
  conv2dCase([8, 21, 19, 24], [3, 3, 24, 16], 2, 1),
  conv2dCase([4, 20, 20, 16], [4, 4, 16, 16], 2, 'same'),
  conv2dCase([2, 7, 9, 1], [5, 3, 1, 4], 1, 'valid'),
  conv2dCase([2, 6, 5, 4], [3, 3, 4, 70], 1, 'same'),
  // Gathered patches.
  conv2dCase([2, 7, 6, 12], [3, 3, 12, 20], 2, 'same'),
  conv2dCase([2, 8, 9, 10], [2, 3, 10, 7], 1, 'valid'),
  conv2dCase([1, 9, 9, 40], [5, 5, 40, 9], 3, 'same'),
  conv2dCase([1, 9, 7, 16], [3, 3, 16, 16], 2, 1),
  conv2dCase([1, 5, 5, 600], [3, 3, 600, 3], 1, 'same'),
  // One tap.
  conv2dCase([2, 5, 6, 20], [1, 1, 20, 13], 1, 'valid'),
  conv2dCase([2, 7, 6, 20], [1, 1, 20, 13], 2, 'valid'),
  conv2dCase([1, 4, 4, 5], [1, 1, 5, 3], 1, 1),
  // 3 x 3 of stride 1 with many channels.
  conv2dCase([2, 8, 8, 16], [3, 3, 16, 16], 1, 'same'),
  conv2dCase([1, 10, 13, 20], [3, 3, 20, 28], 1, 'valid'),
  conv2dCase([1, 7, 7, 64], [3, 3, 64, 32], 1, 'same'),
  conv2dCase([7, 7, 6, 16], [3, 3, 16, 20], 1, 'same'),
  conv2dCase([5, 8, 10, 16], [3, 3, 16, 16], 1, 'valid'),
  conv2dCase([9, 16, 14, 16], [3, 3, 16, 16], 2, 'same'),
  conv2dCase([1, 8, 8, 32], [3, 3, 32, 16], 1, 2),
  conv2dCase([1, 8, 8, 256], [3, 3, 256, 16], 1, 'same'),
  // Dilated.
  conv2dCase([1, 9, 9, 6], [3, 3, 6, 4], 1, 'same', 2),
  conv2dCase([1, 11, 10, 16], [3, 3, 16, 16], 1, 'valid', 3),
];

const asymmetric: ContractCase = {
  name: 'conv2d with explicit asymmetric padding',
  kernels: ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
  inputs: [drawn([1, 6, 7, 3], 3), drawn([3, 3, 3, 4], 4)],
  run: (x, f) =>
    tf.conv2d(
      x as tf.Tensor4D,
      f as tf.Tensor4D,
      [2, 1],
      [
        [0, 0],
        [0, 2],
        [1, 0],
        [0, 0],
      ],
    ),
  reference: (x, f) => convolution(x!, f!, asymmetricWindows).forward(),
  wrt: [0, 1],
  gradient: (dy, x, f) => convolution(x!, f!, asymmetricWindows).backward(dy),
};
const asymmetricWindows: Windows = {
  size: [3, 3],
  strides: [2, 1],
  dilations: [1, 1],
  pads: [
    [0, 2],
    [1, 0],
  ],
};

type Activation = 'linear' | 'relu' | 'relu6' | 'elu' | 'sigmoid';

const activationFunctions: Record<Activation, (value: number) => number> = {
  linear: (value) => value,
  relu: (value) => Math.max(0, value),
  relu6: (value) => Math.min(6, Math.max(0, value)),
  elu: (value) => (value >= 0 ? value : Math.expm1(value)),
  sigmoid: (value) => 1 / (1 + Math.exp(-value)),
};

function fusedCase(
  image: [number, number, number, number],
  filter: [number, number, number, number],
  activation: Activation,
): ContractCase {
  const w = windows(image.slice(1, 3), filter.slice(0, 2), 1, 'same');
  return {
    name: `fused conv2d ${image.join('x')} * ${filter.join('x')} with bias and ${activation}`,
    kernels: ['FusedConv2D'],
    inputs: [drawn(image, 5, -3, 3), drawn(filter, 6), drawn([filter[3]], 7)],
    run: (x, f, bias) =>
      tf.fused.conv2d({ x: x as tf.Tensor4D, filter: f as tf.Tensor4D, strides: 1, pad: 'same', bias, activation }),
    reference: (x, f, bias) =>
      elementwise((y, b) => activationFunctions[activation](y! + b!), convolution(x!, f!, w).forward(), bias!),
  };
}

/** By the gradient registered here; that of `tf.fused.conv2d` is its own. */
function biasedCase(
  image: [number, number, number, number],
  filter: [number, number, number, number],
  stride: number,
  pad: 'same' | 'valid' | tf.backend_util.ExplicitPadding,
): ContractCase {
  const w = windows(image.slice(1, 3), filter.slice(0, 2), stride, typeof pad === 'string' ? pad : pad[1]![0]);
  const attributes = { strides: stride, pad, dataFormat: 'NHWC', dilations: [1, 1], activation: 'linear' };
  return {
    name: `conv2d ${image.join('x')} * ${filter.join('x')} with bias and its gradient`,
    kernels: ['FusedConv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    inputs: [drawn(image, 15), drawn(filter, 16), drawn([filter[3]], 17)],
    run: (x, filter, bias) =>
      tf.engine().runKernel('FusedConv2D', { x, filter, bias } as tf.NamedTensorMap, attributes as never) as tf.Tensor,
    reference: (x, f, bias) => elementwise((y, b) => y! + b!, convolution(x!, f!, w).forward(), bias!),
    wrt: [0, 1, 2],
    gradient: (dy, x, f) => [...convolution(x!, f!, w).backward(dy), reduced(dy, [0, 1, 2], sum)],
  };
}

function transposedCase(stride: number, pad: 'same' | 'valid'): ContractCase {
  const [length, size] = [4, 4];
  const long = pad === 'same' ? length * stride : (length - 1) * stride + size;
  const w = windows([long, long], [size, size], stride, pad);
  // Seen from its output, a transposed convolution is the gradient of a convolution by its input.
  const parts = (x: NdArray, f: NdArray) => {
    const out = drawn([2, long, long, f.shape[2]!], 8);
    return { out, conv: convolution(out, f, w), x };
  };
  return {
    name: `conv2dTranspose, stride ${stride}, ${pad}`,
    kernels: ['Conv2DBackpropInput', 'Conv2D', 'Conv2DBackpropFilter'],
    inputs: [drawn([2, length, length, 6], 9), drawn([size, size, 5, 6], 10)],
    run: (x, f) => tf.conv2dTranspose(x as tf.Tensor4D, f as tf.Tensor4D, [2, long, long, 5], stride, pad),
    reference: (x, f) => parts(x!, f!).conv.backward(x!)[0],
    wrt: [0, 1],
    gradient: (dy, x, f) => [
      convolution(dy, f!, w).forward(),
      convolution({ shape: dy.shape, data: dy.data }, f!, w).backward(x!)[1],
    ],
  };
}

function depthwiseCase(
  image: [number, number, number, number],
  filter: [number, number, number, number],
  stride: number,
  pad: 'same' | 'valid' | number,
  dilation = 1,
): ContractCase {
  const w = windows(image.slice(1, 3), filter.slice(0, 2), stride, pad, dilation);
  const isDilated = dilation > 1;
  return {
    name: `depthwiseConv2d ${image.join('x')} * ${filter.join('x')}, stride ${stride}, pad ${pad}, dilation ${dilation}`,
    kernels: [
      'DepthwiseConv2dNative',
      ...(isDilated ? [] : ['DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter']),
    ],
    inputs: [drawn(image, 11), drawn(filter, 12)],
    run: (x, f) => tf.depthwiseConv2d(x as tf.Tensor4D, f as tf.Tensor4D, stride, pad as 'same', 'NHWC', dilation),
    reference: (x, f) => depthwiseConvolution(x!, f!, w).forward(),
    ...(isDilated ? {} : { wrt: [0, 1], gradient: (dy, x, f) => depthwiseConvolution(x!, f!, w).backward(dy) }),
  };
}

function conv3dCase(
  image: [number, number, number, number, number],
  filter: [number, number, number, number, number],
  stride: number,
  pad: 'same' | 'valid',
): ContractCase {
  const w = windows(image.slice(1, 4), filter.slice(0, 3), stride, pad);
  return {
    name: `conv3d ${image.join('x')} * ${filter.join('x')}, stride ${stride}, ${pad}`,
    kernels: ['Conv3D', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'],
    inputs: [drawn(image, 13), drawn(filter, 14)],
    run: (x, f) => tf.conv3d(x as tf.Tensor5D, f as tf.Tensor5D, stride, pad),
    reference: (x, f) => convolution(x!, f!, w).forward(),
    wrt: [0, 1],
    gradient: (dy, x, f) => convolution(x!, f!, w).backward(dy),
  };
}

/** Convolutions of every kind. */
export const convolutionCases: readonly ContractCase[] = [
  ...conv2dCases,
  asymmetric,
  fusedCase([2, 6, 7, 3], [3, 3, 3, 5], 'relu'),
  fusedCase([1, 8, 8, 16], [3, 3, 16, 20], 'relu6'),
  fusedCase([1, 5, 6, 12], [1, 1, 12, 9], 'linear'),
  fusedCase([1, 7, 7, 9], [3, 2, 9, 10], 'relu6'),
  fusedCase([1, 5, 5, 4], [3, 3, 4, 4], 'elu'),
  fusedCase([1, 5, 5, 4], [3, 3, 4, 4], 'sigmoid'),
  biasedCase([2, 6, 7, 3], [3, 3, 3, 5], 1, 'same'),
  biasedCase([2, 9, 8, 4], [5, 5, 4, 6], 2, [
    [0, 0],
    [2, 2],
    [2, 2],
    [0, 0],
  ]),
  transposedCase(2, 'same'),
  transposedCase(1, 'same'),
  transposedCase(3, 'valid'),
  depthwiseCase([2, 6, 7, 5], [3, 3, 5, 1], 1, 'same'),
  depthwiseCase([1, 9, 8, 12], [3, 3, 12, 1], 2, 'same'),
  depthwiseCase([1, 7, 7, 3], [3, 2, 3, 2], 1, 'valid'),
  depthwiseCase([1, 9, 8, 4], [3, 3, 4, 1], 1, 1),
  depthwiseCase([2, 5, 9, 20], [5, 3, 20, 1], 1, 'same'),
  depthwiseCase([1, 9, 13, 28], [3, 4, 28, 1], 2, 'valid'),
  depthwiseCase([1, 4, 3, 8], [5, 5, 8, 1], 1, 3),
  depthwiseCase([1, 9, 9, 4], [3, 3, 4, 1], 1, 'same', 2),
  conv3dCase([1, 4, 5, 6, 2], [2, 3, 3, 2, 3], 1, 'valid'),
  conv3dCase([2, 5, 5, 5, 2], [3, 3, 3, 2, 4], 1, 'same'),
  conv3dCase([1, 6, 7, 7, 3], [3, 2, 3, 3, 5], 2, 'same'),
  conv3dCase([1, 7, 6, 6, 9], [2, 2, 2, 9, 10], 2, 'valid'),
];
