import * as tf from '@tensorflow/tfjs-core';
import { address, type KernelArgs, kernelsOf, withScratch } from './wasm-backend.js';

type PoolAttrs = {
  filterSize: never;
  strides: never;
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
};

/** The numbers that both kernels take between the input and the output, in their order. */
function geometry2d(shape: number[], attrs: PoolAttrs): { numbers: number[]; outShape: number[] } {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = tf.backend_util.computePool2DInfo(shape as never, filterSize, strides, 1, pad, dimRoundingMode);
  return {
    outShape: info.outShape,
    numbers: [
      ...[info.batchSize, 1, info.inHeight, info.inWidth, info.inChannels],
      ...[1, info.filterHeight, info.filterWidth],
      ...[1, info.strideHeight, info.strideWidth],
      ...[1, info.dilationHeight, info.dilationWidth],
      ...[0, info.padInfo.top, info.padInfo.left],
      ...[1, info.outHeight, info.outWidth],
    ],
  };
}

function geometry3d(shape: number[], attrs: PoolAttrs): { numbers: number[]; outShape: number[] } {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = tf.backend_util.computePool3DInfo(shape as never, filterSize, strides, 1, pad, dimRoundingMode);
  return {
    outShape: info.outShape,
    numbers: [
      ...[info.batchSize, info.inDepth, info.inHeight, info.inWidth, info.inChannels],
      ...[info.filterDepth, info.filterHeight, info.filterWidth],
      ...[info.strideDepth, info.strideHeight, info.strideWidth],
      ...[info.dilationDepth, info.dilationHeight, info.dilationWidth],
      ...[info.padInfo.front, info.padInfo.top, info.padInfo.left],
      ...[info.outDepth, info.outHeight, info.outWidth],
    ],
  };
}

type Geometry = typeof geometry2d;

/** Values of a window. */
function windowSize(numbers: readonly number[]): number {
  return numbers[5]! * numbers[6]! * numbers[7]!;
}

function forward(geometry: Geometry, { inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { x } = inputs as { x: tf.TensorInfo };
  const { numbers, outShape } = geometry(x.shape, attrs as never as PoolAttrs);
  const out = backend.makeOutput(outShape, 'float32');
  withScratch(backend, windowSize(numbers), (scratch) => {
    kernelsOf(backend).maxPool(address(backend, x), ...numbers, address(backend, out), scratch);
  });
  return out;
}

function gradient(geometry: Geometry, { inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const { numbers } = geometry(input.shape, attrs as never as PoolAttrs);
  const dx = backend.makeOutput(input.shape, 'float32');
  withScratch(backend, windowSize(numbers), (scratch) => {
    const [from, by, to] = [input, dy, dx].map((info) => address(backend, info)) as [number, number, number];
    kernelsOf(backend).maxPoolGradient(from, ...numbers, by, to, scratch);
  });
  return dx;
}

/** AvgPoolGrad and AvgPool3DGrad: the sizes, without dilations. */
function averageGradient(geometry: Geometry, { inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const { numbers } = geometry(input.shape, attrs as never as PoolAttrs);
  const dx = backend.makeOutput(input.shape, 'float32');
  const withoutDilations = [...numbers.slice(0, 11), ...numbers.slice(14)];
  kernelsOf(backend).avgPoolGradient(address(backend, dy), ...withoutDilations, address(backend, dx));
  return dx;
}

/** AvgPoolGrad. */
export const avgPoolGrad = (args: KernelArgs): tf.TensorInfo => averageGradient(geometry2d, args);
/** AvgPool3DGrad. */
export const avgPool3dGrad = (args: KernelArgs): tf.TensorInfo => averageGradient(geometry3d, args);
/** MaxPoolGrad. */
export const maxPoolGrad = (args: KernelArgs): tf.TensorInfo => gradient(geometry2d, args);
/** MaxPool3D. */
export const maxPool3d = (args: KernelArgs): tf.TensorInfo => forward(geometry3d, args);
/** MaxPool3DGrad. */
export const maxPool3dGrad = (args: KernelArgs): tf.TensorInfo => gradient(geometry3d, args);
