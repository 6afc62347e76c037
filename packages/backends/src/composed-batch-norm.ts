import * as tf from '@tensorflow/tfjs-core';

type Inputs = Record<'x' | 'dy' | 'mean' | 'variance' | 'dMean' | 'dVariance', tf.Tensor> & {
  scale?: tf.Tensor1D;
  offset?: tf.Tensor1D;
};

type Arguments = { inputs: tf.NamedTensorInfoMap; attrs?: tf.NamedAttrMap };

/** y, mean and variance of `BatchNormTraining` in tfjs's operations, two temporaries at a time; given mean and variance are taken as they are. */
function forward({ inputs, attrs }: Arguments): tf.Tensor[] {
  const { x, scale, offset, ...given } = inputs as unknown as Inputs & Partial<Inputs>;
  const { epsilon } = attrs as never as { epsilon: number };
  return tf.tidy(() => {
    const rows = byColumns(x);
    const mean = given.mean ? tf.clone(given.mean) : tf.mean(rows, 0);
    const variance = given.variance
      ? tf.clone(given.variance)
      : tf.tidy(() => tf.mean(tf.square(tf.sub(rows, mean)), 0));
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const factor = scale ? tf.mul(inverse, scale) : inverse;
    const scaled = tf.tidy(() => tf.mul(tf.sub(rows, mean), factor));
    return [tf.reshape(offset ? tf.add(scaled, offset) : scaled, x.shape), mean, variance];
  });
}

/** `BatchNormReluTraining`: the same, and 0 where y is below. */
function rectified(args: Arguments): tf.Tensor[] {
  const [y, ...statistics] = forward(args) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const above = tf.relu(y);
  y.dispose();
  return [above, ...statistics];
}

/** `BatchNormTrainingGrad` in tfjs's operations; the formula stands beside the wasm kernel. */
function backward({ inputs, attrs }: Arguments): tf.Tensor[] {
  const { x, dy, mean, variance, dMean, dVariance, scale } = inputs as unknown as Inputs;
  const { epsilon } = attrs as never as { epsilon: number };
  return tf.tidy(() => {
    const [from, by] = [byColumns(x), byColumns(dy)];
    const count = from.shape[0];
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const dOffset = tf.sum(by, 0);
    const dScale = tf.tidy(() => tf.mul(tf.sum(tf.mul(by, tf.sub(from, mean)), 0), inverse));
    const factor = scale ? tf.mul(inverse, scale) : inverse;
    const byX = tf.div(tf.sub(tf.mul(dVariance, 2), tf.mul(tf.mul(factor, inverse), dScale)), count);
    const constant = tf.div(tf.sub(dMean, tf.mul(factor, dOffset)), count);
    const bent = tf.tidy(() => tf.mul(tf.sub(from, mean), byX));
    const moved = tf.tidy(() => tf.add(bent, constant));
    bent.dispose();
    const dx = tf.tidy(() => tf.add(tf.mul(by, factor), moved));
    return [tf.reshape(dx, x.shape), dScale, dOffset];
  });
}

function byColumns(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [-1, x.shape[x.shape.length - 1]!]) as tf.Tensor2D;
}

/** Registers the kernels for a backend that has none of its own, so that all backends keep as little as wasm. */
export function registerComposedBatchNorm(backendName: string): void {
  for (const [kernelName, kernelFunc] of [
    ['BatchNormTraining', forward],
    ['BatchNormReluTraining', rectified],
    ['BatchNormTrainingGrad', backward],
  ] as const) {
    if (tf.getKernel(kernelName, backendName)) continue;
    tf.registerKernel({ kernelName, backendName, kernelFunc: kernelFunc as unknown as tf.KernelFunc });
  }
}
