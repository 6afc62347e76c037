import * as tf from '@tensorflow/tfjs-core';
import { address, floats, type KernelArgs, type KernelFunction, kernelsOf, withScratch } from './wasm-backend.js';

type Inputs = {
  x: tf.TensorInfo;
  mean: tf.TensorInfo;
  variance: tf.TensorInfo;
  scale?: tf.TensorInfo;
  offset?: tf.TensorInfo;
};

/** Whether every statistic has one value for each channel. */
function isPerChannel(inputs: Inputs): boolean {
  const { x, mean, variance, scale, offset } = inputs;
  const channels = x.shape[x.shape.length - 1];
  return [x, mean, variance, scale, offset].every(
    (info) =>
      info === undefined ||
      (info.dtype === 'float32' && (info === x || (info.shape.length === 1 && info.shape[0] === channels))),
  );
}

/** FusedBatchNorm with statistics per channel; everything else is left to the stock kernel. */
export function fusedBatchNorm(stock: KernelFunction): KernelFunction {
  return (args) => {
    const { backend } = args;
    // The tape stumbles over inputs that are named and absent.
    for (const name of ['scale', 'offset']) if (args.inputs[name] === undefined) delete args.inputs[name];
    const inputs = args.inputs as never as Inputs;
    const { varianceEpsilon } = args.attrs as never as { varianceEpsilon: number };
    const { x, mean, variance, scale, offset } = inputs;
    const size = tf.util.sizeFromShape(x.shape);
    if (!isPerChannel(inputs) || size === 0) return stock(args);
    const channels = mean.shape[0]!;
    const kernels = kernelsOf(backend);
    const out = backend.makeOutput(x.shape, 'float32');
    withScratch(backend, 2 * channels + 3 * kernels.patternSize(channels), (scratch) => {
      const factor = new Float32Array(backend.wasm.HEAPU8.buffer, scratch, channels);
      const shift = new Float32Array(backend.wasm.HEAPU8.buffer, scratch + 4 * channels, channels);
      const v = floats(backend, variance);
      const s = scale && floats(backend, scale);
      for (let c = 0; c < channels; c++) factor[c] = (s ? s[c]! : 1) / Math.sqrt(v[c]! + varianceEpsilon);
      if (offset) shift.set(floats(backend, offset));
      else shift.fill(0);
      kernels.batchNorm({
        x: address(backend, x),
        rows: size / channels,
        columns: channels,
        mean: address(backend, mean),
        a: scratch,
        offset: scratch + 4 * channels,
        rectified: false,
        out: address(backend, out),
        scratch: scratch + 8 * channels,
      });
    });
    return out;
  };
}

/**
 * Gradients of batch normalization by x, mean, variance, scale and offset, in one pass over the data:
 * with r = 1 / sqrt(variance + epsilon), they are dy s r, -s r sum(dy), -s r^3 / 2 sum(dy (x - mean)),
 * r sum(dy (x - mean)) and sum(dy).
 */
export function batchNormGradient({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo[] {
  const { x, dy, mean, variance, scale } = inputs as never as Inputs & { dy: tf.TensorInfo };
  const { varianceEpsilon } = attrs as never as { varianceEpsilon: number };
  const kernels = kernelsOf(backend);
  const channels = mean.shape[0]!;
  const outputs = [x, mean, variance, mean, mean].map((like) => backend.makeOutput(like.shape, 'float32'));
  const [dx, dMean, dVariance, dScale, dOffset] = outputs as [
    tf.TensorInfo,
    tf.TensorInfo,
    tf.TensorInfo,
    tf.TensorInfo,
    tf.TensorInfo,
  ];
  const count = 5 * channels + 4 * kernels.patternSize(channels) + 4;
  withScratch(backend, count, (scratch) => {
    const factor = new Float32Array(backend.wasm.HEAPU8.buffer, scratch, channels);
    const v = floats(backend, variance);
    const s = scale && floats(backend, scale);
    const r = Float64Array.from(v, (value) => 1 / Math.sqrt(value + varianceEpsilon));
    for (let c = 0; c < channels; c++) factor[c] = (s ? s[c]! : 1) * r[c]!;
    kernels.batchNormGradient({
      x: address(backend, x),
      dy: address(backend, dy),
      rows: tf.util.sizeFromShape(x.shape) / channels,
      columns: channels,
      mean: address(backend, mean),
      a: scratch,
      dx: address(backend, dx),
      sumDy: address(backend, dOffset),
      sumDyX: address(backend, dScale),
      scratch: scratch + 8 * Math.ceil(channels / 2),
    });
    const [sumDyX, sumDy] = [floats(backend, dScale), floats(backend, dOffset)];
    const [byMean, byVariance] = [floats(backend, dMean), floats(backend, dVariance)];
    for (let c = 0; c < channels; c++) {
      byMean[c] = -factor[c]! * sumDy[c]!;
      byVariance[c] = -0.5 * factor[c]! * r[c]! * r[c]! * sumDyX[c]!;
      sumDyX[c] = r[c]! * sumDyX[c]!;
    }
  });
  return outputs;
}

/** Whether `batchNormGradient` can run. */
export function suitsBatchNormGradient(inputs: Inputs): boolean {
  return isPerChannel(inputs) && tf.util.sizeFromShape(inputs.x.shape) > 0;
}
