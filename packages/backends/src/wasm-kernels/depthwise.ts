import * as tf from '@tensorflow/tfjs-core';
import { activations } from './conv.js';
import {
  address,
  floats,
  type KernelArgs,
  type KernelFunction,
  kernelsOf,
  type WasmBackend,
  withScratch,
} from './wasm-backend.js';

type DepthwiseAttrs = {
  strides: [number, number];
  pad: never;
  dilations?: [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
};

function convInfo(inputShape: number[], filterShape: number[], attrs: DepthwiseAttrs): tf.backend_util.Conv2DInfo {
  const { strides, pad, dilations = [1, 1], dimRoundingMode } = attrs;
  const [input, filter] = [inputShape, filterShape] as never[];
  return tf.backend_util.computeConv2DInfo(input!, filter!, strides, dilations, pad, dimRoundingMode, true);
}

function geometry(info: tf.backend_util.Conv2DInfo) {
  return {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    multiplier: info.outChannels / info.inChannels,
    filterH: info.filterHeight,
    filterW: info.filterWidth,
    strideH: info.strideHeight,
    strideW: info.strideWidth,
    dilationH: info.dilationHeight,
    dilationW: info.dilationWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
    outH: info.outHeight,
    outW: info.outWidth,
  };
}

/** Whether the kernel without gathering runs: one result for each channel, channels in fours, neighboring taps. */
function suitsVectors(info: tf.backend_util.Conv2DInfo): boolean {
  return (
    info.inChannels % 4 === 0 &&
    info.outChannels === info.inChannels &&
    info.dilationHeight === 1 &&
    info.dilationWidth === 1
  );
}

/** DepthwiseConv2dNative and FusedDepthwiseConv2D of floats; what does not suit is left to the stock kernel. */
export function depthwise(stock: KernelFunction): KernelFunction {
  return (args) => {
    const { inputs, backend } = args;
    const { x, filter, bias } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo; bias?: tf.TensorInfo };
    const attrs = args.attrs as never as DepthwiseAttrs & { activation?: string };
    const activation = activations[attrs.activation ?? 'linear'];
    if (activation === undefined || x.dtype !== 'float32' || filter.dtype !== 'float32') return stock(args);
    const info = convInfo(x.shape, filter.shape, attrs);
    const otherBias = bias && (bias.shape.length !== 1 || bias.shape[0] !== info.outChannels);
    if (otherBias || !suitsVectors(info)) return stock(args);
    const out = backend.makeOutput(info.outShape, 'float32');
    kernelsOf(backend).depthwise({
      x: address(backend, x),
      filter: address(backend, filter),
      ...geometry(info),
      bias: bias ? address(backend, bias) : 0,
      activation,
      out: address(backend, out),
    });
    return out;
  };
}

/** DepthwiseConv2dNativeBackpropInput; with stride 1 a convolution with the taps in the opposite order. */
export function depthwiseBackpropInput({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
  const { inputShape } = attrs as never as { inputShape: number[] };
  const dx = backend.makeOutput(inputShape, 'float32');
  const info = convInfo(inputShape, filter.shape, attrs as never as DepthwiseAttrs);
  if (suitsVectors(info) && info.strideHeight === 1 && info.strideWidth === 1) {
    turnedDepthwise(backend, info, dy, filter, dx);
    return dx;
  }
  kernelsOf(backend).depthwiseInputGradient({
    dy: address(backend, dy),
    filter: address(backend, filter),
    ...geometry(info),
    dx: address(backend, dx),
  });
  return dx;
}

function turnedDepthwise(
  backend: WasmBackend,
  info: tf.backend_util.Conv2DInfo,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  dx: tf.TensorInfo,
): void {
  const { filterHeight, filterWidth, inChannels, padInfo } = info;
  const taps = filterHeight * filterWidth;
  withScratch(backend, taps * inChannels, (scratch) => {
    const turned = new Float32Array(backend.wasm.HEAPU8.buffer, scratch, taps * inChannels);
    const from = floats(backend, filter);
    for (let tap = 0; tap < taps; tap++) {
      turned.set(from.subarray(tap * inChannels, (tap + 1) * inChannels), (taps - 1 - tap) * inChannels);
    }
    kernelsOf(backend).depthwise({
      x: address(backend, dy),
      filter: scratch,
      batch: info.batchSize,
      height: info.outHeight,
      width: info.outWidth,
      channels: inChannels,
      filterH: filterHeight,
      filterW: filterWidth,
      strideH: 1,
      strideW: 1,
      top: filterHeight - 1 - padInfo.top,
      left: filterWidth - 1 - padInfo.left,
      outH: info.inHeight,
      outW: info.inWidth,
      bias: 0,
      activation: 0,
      out: address(backend, dx),
    });
  });
}

/** DepthwiseConv2dNativeBackpropFilter. */
export function depthwiseBackpropFilter({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
  const { filterShape } = attrs as never as { filterShape: number[] };
  const gradient = backend.makeOutput(filterShape, 'float32');
  const info = convInfo(x.shape, filterShape, attrs as never as DepthwiseAttrs);
  withScratch(backend, filterShape[2]! * filterShape[3]!, (scratch) => {
    kernelsOf(backend).depthwiseFilterGradient({
      x: address(backend, x),
      dy: address(backend, dy),
      ...geometry(info),
      gradient: address(backend, gradient),
      scratch,
    });
  });
  return gradient;
}
