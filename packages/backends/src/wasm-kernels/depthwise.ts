import * as tf from '@tensorflow/tfjs-core';
import { address, type KernelArgs, kernelsOf, withScratch } from './wasm-backend.js';

type DepthwiseAttrs = {
  strides: [number, number];
  pad: never;
  dilations?: [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
};

function geometry(inputShape: number[], filterShape: number[], attrs: DepthwiseAttrs): number[] {
  const { strides, pad, dilations = [1, 1], dimRoundingMode } = attrs;
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as never,
    filterShape as never,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  return [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels, info.outChannels / info.inChannels],
    ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth],
    ...[info.dilationHeight, info.dilationWidth, info.padInfo.top, info.padInfo.left],
    ...[info.outHeight, info.outWidth],
  ];
}

/** DepthwiseConv2dNativeBackpropInput. */
export function depthwiseBackpropInput({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
  const { inputShape } = attrs as never as { inputShape: number[] };
  const dx = backend.makeOutput(inputShape, 'float32');
  const numbers = geometry(inputShape, filter.shape, attrs as never as DepthwiseAttrs);
  kernelsOf(backend).depthwiseInputGradient(
    address(backend, dy),
    address(backend, filter),
    ...numbers,
    address(backend, dx),
  );
  return dx;
}

/** DepthwiseConv2dNativeBackpropFilter. */
export function depthwiseBackpropFilter({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
  const { filterShape } = attrs as never as { filterShape: number[] };
  const gradient = backend.makeOutput(filterShape, 'float32');
  const numbers = geometry(x.shape, filterShape, attrs as never as DepthwiseAttrs);
  withScratch(backend, filterShape[2]! * filterShape[3]!, (scratch) => {
    kernelsOf(backend).depthwiseFilterGradient(
      address(backend, x),
      address(backend, dy),
      ...numbers,
      address(backend, gradient),
      scratch,
    );
  });
  return gradient;
}
