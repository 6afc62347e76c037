import * as tf from '@tensorflow/tfjs-core';

// Where a kernel is so slow, or rounds so, that the same is better said by another; the only tests of a backend's name in this package.

/** Whether the sum over the first axis is slow: on wasm it transposes, which takes over ten times as long as a product. */
export const sumsColumnsSlowly = (): boolean => tf.getBackend() === 'wasm';

/** Whether a convolution with kernels of one pixel is slow: on cpu it walks every pixel, where a product does not. */
export const convolvesPointsSlowly = (): boolean => tf.getBackend() === 'cpu';

/** Whether a 3x3 convolution rounds otherwise at one place than at another: on wasm it works on tiles by Winograd's algorithm, and equal pictures differ in the last digits. */
export const convolvesByTiles = (): boolean => tf.getBackend() === 'wasm';
