import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo, UseBackendOptions } from './backend-info.js';
import type { BackendName } from './backend-traits.js';
import { importInNode } from './optional-package.js';
import { isNode } from './platform.js';
import { useBackend } from './use-backend.js';

/** Options of `speedTest`. */
export type SpeedTestOptions = UseBackendOptions & {
  /** Time for training, and again for inference; 1,000 ms by default. */
  milliseconds?: number;
};

/** What `speedTest` measured. */
export type SpeedReport = {
  /** What ran. */
  backend: BackendInfo;
  /** Median time of one training step, in ms. */
  trainingMs: number;
  /** Median time of one prediction, in ms. */
  inferenceMs: number;
};

/** Images of a step. */
const batch = 8;

/**
 * Times a small convolutional network on a backend: 8 images of 28 x 28 x 3 through convolutions of 8 and 16 maps.
 * One step is forward, backward and gradient descent; one prediction is forward alone; both wait for the result.
 *
 * The backend stays the current one. Gradients must be registered: tfjs-layers does it, and is loaded in Node if need be.
 *
 * @throws Error when the backend cannot run, or no gradients are registered.
 *
 * @example
 * ```ts
 * import { speedTest } from '@mer/backends';
 *
 * const { trainingMs, inferenceMs } = await speedTest('wasm', { milliseconds: 20 });
 * console.log(trainingMs > inferenceMs); // true
 * ```
 */
export async function speedTest(name: BackendName | 'auto', options: SpeedTestOptions = {}): Promise<SpeedReport> {
  const { milliseconds = 1000, ...rest } = options;
  if (isNode && tf.getGradient('Conv2D') === undefined) await importInNode('@tensorflow/tfjs-layers');
  const backend = await useBackend(name, rest);
  const images = tf.fill([batch, 28, 28, 3], 0.5) as tf.Tensor4D;
  const start = (shape: number[], seed: number) => tf.variable(tf.randomNormal(shape, 0, 0.1, 'float32', seed));
  const filters = [start([3, 3, 3, 8], 1), start([3, 3, 8, 16], 2)] as tf.Variable<tf.Rank.R4>[];
  const dense = start([7 * 7 * 16, 5], 3) as tf.Variable<tf.Rank.R2>;
  const forward = () => {
    const maps = filters.reduce((x, f) => tf.maxPool(tf.relu(tf.conv2d(x, f, 1, 'same')), 2, 2, 'valid'), images);
    return tf.matMul(tf.reshape(maps, [batch, -1]), dense) as tf.Tensor2D;
  };
  const optimizer = tf.train.sgd(1e-4);
  const step = () => optimizer.minimize(() => tf.mean(tf.square(forward())), true, [...filters, dense])!;
  const predict = () => tf.tidy(forward);
  try {
    const trainingMs = await median(step, milliseconds);
    const inferenceMs = await median(predict, milliseconds);
    return { backend, trainingMs, inferenceMs };
  } finally {
    tf.dispose([images, ...filters, dense]);
    optimizer.dispose();
  }
}

/** Median time of `run`, repeated for a while after a first run, which compiles. */
async function median(run: () => tf.Tensor, milliseconds: number): Promise<number> {
  const timed = async () => {
    const from = performance.now();
    const result = run();
    await result.data();
    result.dispose();
    return performance.now() - from;
  };
  await timed();
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  do times.push(await timed());
  while (performance.now() < end);
  times.sort((a, b) => a - b);
  return times[times.length >> 1]!;
}
