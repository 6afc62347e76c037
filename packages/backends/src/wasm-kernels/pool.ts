import * as tf from '@tensorflow/tfjs-core';
import { address, type KernelArgs, kernelsOf, withScratch } from './wasm-backend.js';

type PoolAttrs = {
  filterSize: never;
  strides: never;
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
};

/** Shape of the output, and what the kernels take beside arrays. */
type PoolGeometry = { outShape: number[]; windows: ReturnType<typeof windowArgs> };

function geometry2d(shape: number[], attrs: PoolAttrs): PoolGeometry {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = tf.backend_util.computePool2DInfo(shape as never, filterSize, strides, 1, pad, dimRoundingMode);
  return {
    outShape: info.outShape,
    windows: windowArgs({
      ...info,
      padInfo: { ...info.padInfo, front: 0 },
      inDepth: 1,
      filterDepth: 1,
      strideDepth: 1,
      dilationDepth: 1,
      outDepth: 1,
    }),
  };
}

function geometry3d(shape: number[], attrs: PoolAttrs): PoolGeometry {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = tf.backend_util.computePool3DInfo(shape as never, filterSize, strides, 1, pad, dimRoundingMode);
  return { outShape: info.outShape, windows: windowArgs(info) };
}

type Geometry = typeof geometry2d;

type Axis = 'Depth' | 'Height' | 'Width';

type WindowInfo = Pick<
  tf.backend_util.Conv3DInfo,
  'batchSize' | 'inChannels' | `${'in' | 'filter' | 'stride' | 'dilation' | 'out'}${Axis}`
> & { padInfo: { front: number; top: number; left: number } };

function windowArgs(info: WindowInfo) {
  const { front, top, left } = info.padInfo;
  return {
    batch: info.batchSize,
    depth: info.inDepth,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    sizeD: info.filterDepth,
    sizeH: info.filterHeight,
    sizeW: info.filterWidth,
    strideD: info.strideDepth,
    strideH: info.strideHeight,
    strideW: info.strideWidth,
    dilationD: info.dilationDepth,
    dilationH: info.dilationHeight,
    dilationW: info.dilationWidth,
    front,
    top,
    left,
    outD: info.outDepth,
    outH: info.outHeight,
    outW: info.outWidth,
  };
}

/** Values of a window. */
function windowSize({ sizeD, sizeH, sizeW }: ReturnType<typeof windowArgs>): number {
  return sizeD * sizeH * sizeW;
}

function forward(geometry: Geometry, { inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { x } = inputs as { x: tf.TensorInfo };
  const { windows, outShape } = geometry(x.shape, attrs as never as PoolAttrs);
  const out = backend.makeOutput(outShape, 'float32');
  withScratch(backend, windowSize(windows), (scratch) => {
    kernelsOf(backend).maxPool({ x: address(backend, x), ...windows, out: address(backend, out), scratch });
  });
  return out;
}

function gradient(geometry: Geometry, { inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const { windows } = geometry(input.shape, attrs as never as PoolAttrs);
  const dx = backend.makeOutput(input.shape, 'float32');
  withScratch(backend, windowSize(windows), (scratch) => {
    kernelsOf(backend).maxPoolGradient({
      x: address(backend, input),
      ...windows,
      dy: address(backend, dy),
      dx: address(backend, dx),
      scratch,
    });
  });
  return dx;
}

/** AvgPoolGrad and AvgPool3DGrad. */
function averageGradient(geometry: Geometry, { inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const { windows } = geometry(input.shape, attrs as never as PoolAttrs);
  const dx = backend.makeOutput(input.shape, 'float32');
  kernelsOf(backend).avgPoolGradient({ dy: address(backend, dy), ...windows, dx: address(backend, dx) });
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
