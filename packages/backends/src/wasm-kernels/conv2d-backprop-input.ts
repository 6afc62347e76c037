import * as tf from '@tensorflow/tfjs-core';
import { floats, type KernelArgs, runStock } from './wasm-backend.js';

/**
 * Gradient of conv2d by its input, as a forward convolution of `dy` (spread out by the strides) with the filter turned
 * by 180 degrees and its channel axes exchanged.
 */
export function conv2dBackpropInput({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
  const { strides, pad, dataFormat, dimRoundingMode, inputShape } = attrs as never as {
    strides: [number, number] | number;
    pad: 'valid' | 'same' | number;
    dataFormat: 'NHWC';
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
    inputShape: [number, number, number, number];
  };
  const info = tf.backend_util.computeConv2DInfo(
    inputShape,
    filter.shape as [number, number, number, number],
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;

  const turned = backend.makeOutput([filterHeight, filterWidth, outChannels, inChannels], 'float32');
  const w = floats(backend, filter);
  const flipped = floats(backend, turned);
  const taps = filterHeight * filterWidth;
  for (let tap = 0; tap < taps; tap++) {
    const source = (taps - 1 - tap) * inChannels * outChannels;
    const target = tap * inChannels * outChannels;
    for (let i = 0; i < inChannels; i++) {
      for (let o = 0; o < outChannels; o++) {
        flipped[target + o * inChannels + i] = w[source + i * outChannels + o]!;
      }
    }
  }

  // Rows before and after dy so that a stride-1 valid convolution has exactly the input's size.
  const top = filterHeight - 1 - info.padInfo.top;
  const left = filterWidth - 1 - info.padInfo.left;
  const rows = inHeight + filterHeight - 1;
  const columns = inWidth + filterWidth - 1;
  const spread = backend.makeOutput([batchSize, rows, columns, outChannels], 'float32');
  const from = floats(backend, dy);
  const to = floats(backend, spread).fill(0);
  for (let n = 0; n < batchSize; n++) {
    for (let h = 0; h < outHeight; h++) {
      const row = top + h * strideHeight;
      if (row < 0 || row >= rows) continue;
      for (let c = 0; c < outWidth; c++) {
        const column = left + c * strideWidth;
        if (column < 0 || column >= columns) continue;
        const source = ((n * outHeight + h) * outWidth + c) * outChannels;
        to.set(from.subarray(source, source + outChannels), ((n * rows + row) * columns + column) * outChannels);
      }
    }
  }
  const out = runStock('Conv2D', {
    inputs: { x: spread, filter: turned },
    attrs: { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1] } as never,
    backend,
  });
  backend.disposeData(spread.dataId);
  backend.disposeData(turned.dataId);
  return out;
}
