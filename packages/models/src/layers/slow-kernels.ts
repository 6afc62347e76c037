import * as tf from '@tensorflow/tfjs-core';

// Where a kernel of tfjs is so slow that the same is better said by another; the only tests of a backend's name in this package.

/** Whether the sum over the first axis is slow: on wasm it transposes, which takes over ten times as long as a product. */
export const sumsColumnsSlowly = (): boolean => tf.getBackend() === 'wasm';

/** Whether a convolution with kernels of one pixel is slow: on cpu it walks every pixel, where a product does not. */
export const convolvesPointsSlowly = (): boolean => tf.getBackend() === 'cpu';
