import * as tf from '@tensorflow/tfjs-core';
import { suitsBatchNormGradient } from './batch-norm.js';
import { compiledOf } from './wasm-backend.js';

type GradFunc = tf.GradFunc;

/** Kernels of ours that only gradients call. */
export const gradientKernels = Object.freeze({
  batchNorm: 'MerBatchNormGradient',
  relu: 'MerReluGradient',
  softmax: 'MerSoftmaxGradient',
  square: 'MerSquareGradient',
});

function run(name: string, inputs: Record<string, tf.Tensor | undefined>, attrs: object): tf.Tensor | tf.Tensor[] {
  const present = Object.fromEntries(Object.entries(inputs).filter(([, tensor]) => tensor !== undefined));
  return tf.engine().runKernel(name, present as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
}

/** dy repeated along the axes that a reduction took away. */
function spread(dy: tf.Tensor, shape: number[], axis: number | number[]): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis, shape);
  const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return tf.tile(
    tf.reshape(dy, kept),
    shape.map((size, i) => size / kept[i]!),
  );
}

/** Gradients in fewer passes than tfjs's, for the wasm backend alone: `stock` is called on all others. */
const faster: Readonly<Record<string, (stock: GradFunc) => GradFunc>> = Object.freeze({
  FusedBatchNorm: (stock) => (dy, saved, attrs) => {
    const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | undefined];
    if (!suitsBatchNormGradient({ x, mean, variance, scale })) return stock(dy, saved, attrs);
    const [dx, dMean, dVariance, dScale, dOffset] = run(
      gradientKernels.batchNorm,
      { x, dy: dy as tf.Tensor, mean, variance, scale },
      attrs,
    ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    return {
      x: () => dx,
      mean: () => dMean,
      variance: () => dVariance,
      scale: () => dScale,
      offset: () => dOffset,
    };
  },
  Mean: (_stock) => (dy, saved, attrs) => {
    const [x] = saved as [tf.Tensor];
    const { axis } = attrs as never as { axis: number | number[] };
    return { x: () => spread(tf.div(dy as tf.Tensor, x.size / (dy as tf.Tensor).size), x.shape, axis) };
  },
  Sum: (_stock) => (dy, saved, attrs) => {
    const [x] = saved as [tf.Tensor];
    const { axis } = attrs as never as { axis: number | number[] };
    return { x: () => spread(dy as tf.Tensor, x.shape, axis) };
  },
  Square: (stock) => (dy, saved, attrs) => {
    const [x] = saved as [tf.Tensor];
    if (x.dtype !== 'float32') return stock(dy, saved, attrs);
    return { x: () => run(gradientKernels.square, { dy: dy as tf.Tensor, x }, {}) as tf.Tensor };
  },
  Softmax: (stock) => (dy, saved, attrs) => {
    const [y] = saved as [tf.Tensor];
    const { dim } = attrs as never as { dim: number };
    if (y.size === 0 || (dim !== -1 && dim !== y.rank - 1)) return stock(dy, saved, attrs);
    return { logits: () => run(gradientKernels.softmax, { dy: dy as tf.Tensor, y }, {}) as tf.Tensor };
  },
  Relu: () => reluLike(Number.POSITIVE_INFINITY),
  Relu6: () => reluLike(6),
});

function reluLike(ceiling: number): GradFunc {
  return (dy, saved) => {
    const [x] = saved as [tf.Tensor];
    return {
      x: () => run(gradientKernels.relu, { dy: dy as tf.Tensor, x: tf.cast(x, 'float32') }, { ceiling }) as tf.Tensor,
    };
  };
}

const ours = new WeakSet<GradFunc>();

/**
 * Puts the faster gradients in the place of tfjs's. tfjs may register its own at any time (tfjs-layers does so when it is
 * loaded), so kernels that have a faster gradient call this before the tape asks for it.
 */
export function installGradients(): void {
  for (const [kernelName, make] of Object.entries(faster)) installGradient(kernelName, make);
}

/** The same for one kernel. */
export function installGradient(kernelName: string, make = faster[kernelName]): void {
  const present = tf.getGradient(kernelName);
  if (present === undefined || make === undefined || ours.has(present.gradFunc)) return;
  const stock = present.gradFunc;
  const fast = make(stock);
  const gradFunc: GradFunc = (dy, saved, attrs) =>
    compiledOf(tf.backend()) ? fast(dy, saved, attrs) : stock(dy, saved, attrs);
  ours.add(gradFunc);
  tf.registerGradient({ ...present, gradFunc });
}
