import * as tf from '@tensorflow/tfjs-core';
import { floats, type KernelArgs, runStock, type WasmBackend } from './wasm-backend.js';

/**
 * Gradient of conv2d by its filter, as one forward convolution over the batch axis:
 * images become channels, so `dW[kh, kw, i, o] = conv(x as [i, H, W, n], dy as [oh, ow, n, o])`.
 */
export function conv2dBackpropFilter({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs as never as {
    strides: [number, number] | number;
    pad: 'valid' | 'same' | number;
    dataFormat: 'NHWC';
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
    filterShape: [number, number, number, number];
  };
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const { top, left } = info.padInfo;

  const images = transpose(backend, x, [3, 1, 2, 0]);
  const filter = transpose(backend, dy, [1, 2, 0, 3]);
  // Enough padding that every tap is reached; more rows than taps can come out, they are dropped below.
  const bottom = Math.max(0, filterHeight + (outHeight - 1) * strideHeight - inHeight - top);
  const right = Math.max(0, filterWidth + (outWidth - 1) * strideWidth - inWidth - left);
  const taps = runStock('Conv2D', {
    inputs: { x: images, filter },
    attrs: {
      strides: [1, 1],
      pad: [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ],
      dataFormat: 'NHWC',
      dilations: [strideHeight, strideWidth],
      dimRoundingMode: 'floor',
    } as never,
    backend,
  });
  backend.disposeData(images.dataId);
  backend.disposeData(filter.dataId);

  const out = backend.makeOutput(filterShape, 'float32');
  const from = floats(backend, taps);
  const to = floats(backend, out);
  const [, rows, columns] = taps.shape as [number, number, number, number];
  if (batchSize === 0 || rows < filterHeight || columns < filterWidth) to.fill(0);
  else {
    let at = 0;
    for (let h = 0; h < filterHeight; h++) {
      for (let w = 0; w < filterWidth; w++) {
        for (let i = 0; i < inChannels; i++) {
          const start = ((i * rows + h) * columns + w) * outChannels;
          to.set(from.subarray(start, start + outChannels), at);
          at += outChannels;
        }
      }
    }
  }
  backend.disposeData(taps.dataId);
  return out;
}

function transpose(backend: WasmBackend, x: tf.TensorInfo, perm: number[]): tf.TensorInfo {
  return runStock('Transpose', { inputs: { x }, attrs: { perm }, backend });
}
