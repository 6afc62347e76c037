import * as tf from '@tensorflow/tfjs-core';
import { floats, type KernelArgs } from './wasm-backend.js';

/** Gradient of 2D max pooling: each window gives its gradient to the first of its largest values, whatever their sign. */
export function maxPoolGrad({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const { filterSize, strides, pad, dimRoundingMode } = attrs as never as {
    filterSize: [number, number] | number;
    strides: [number, number] | number;
    pad: 'valid' | 'same' | number;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  const info = tf.backend_util.computePool2DInfo(
    input.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const { batchSize, inHeight, inWidth, inChannels: channels, outHeight, outWidth } = info;
  const { strideHeight, strideWidth, effectiveFilterHeight, effectiveFilterWidth } = info;
  const dx = backend.makeOutput(input.shape, 'float32');
  const x = floats(backend, input);
  const g = floats(backend, dy);
  const to = floats(backend, dx).fill(0);
  for (let n = 0; n < batchSize; n++) {
    for (let oh = 0; oh < outHeight; oh++) {
      const top = oh * strideHeight - info.padInfo.top;
      const h0 = Math.max(0, top);
      const h1 = Math.min(inHeight, top + effectiveFilterHeight);
      for (let ow = 0; ow < outWidth; ow++) {
        const left = ow * strideWidth - info.padInfo.left;
        const w0 = Math.max(0, left);
        const w1 = Math.min(inWidth, left + effectiveFilterWidth);
        const source = ((n * outHeight + oh) * outWidth + ow) * channels;
        for (let c = 0; c < channels; c++) {
          let best = -1;
          let largest = Number.NEGATIVE_INFINITY;
          for (let h = h0; h < h1; h++) {
            const row = (n * inHeight + h) * inWidth;
            for (let w = w0; w < w1; w++) {
              const at = (row + w) * channels + c;
              const value = x[at]!;
              if (best < 0 || value > largest) {
                largest = value;
                best = at;
              }
            }
          }
          if (best >= 0) to[best] = to[best]! + g[source + c]!;
        }
      }
    }
  }
  return dx;
}
