import { number, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { declareOptimizer, type OptimizerRule, type UpdateKernel } from './define-optimizer.js';
import { blend, keeper } from './state.js';

const moments = {
  learningRate: /* @__PURE__ */ number('Learning rate.', { above: 0, default: 1e-3 }),
  beta1: /* @__PURE__ */ number('Share of the mean gradient that is kept.', { min: 0, below: 1, default: 0.9 }),
  beta2: /* @__PURE__ */ number('Share of the mean square that is kept.', { min: 0, below: 1, default: 0.999 }),
  epsilon: /* @__PURE__ */ number('Added to the root of the mean square.', { above: 0, default: 1e-8 }),
};

const adamOptions = {
  ...moments,
  weightDecay: /* @__PURE__ */ number('Weight decay, added to the gradient.', { min: 0, default: 0 }),
};

const adamwOptions = {
  ...moments,
  weightDecay: /* @__PURE__ */ number('Decoupled weight decay: taken off the weight.', { min: 0, default: 0.01 }),
};

/** Adam: adds `weightDecay * w` to the gradient of w, as PyTorch does. */
export const adam = /* @__PURE__ */ declareOptimizer({
  name: 'adam',
  title: 'Adam',
  paper: 'Kingma and Ba, ICLR 2015; as torch.optim.Adam',
  options: adamOptions,
  rule: (settings) => adamRule(settings, false),
  kernel: (settings) => adamKernel(settings, false),
});

/** AdamW: multiplies w by `1 - learningRate * weightDecay` before the step. */
export const adamw = /* @__PURE__ */ declareOptimizer({
  name: 'adamw',
  title: 'AdamW',
  paper: 'Loshchilov and Hutter, ICLR 2019; as torch.optim.AdamW',
  options: adamwOptions,
  rule: (settings) => adamRule(settings, true),
  kernel: (settings) => adamKernel(settings, true),
});

type Settings = Resolved<typeof adamOptions>;

function adamRule({ beta1, beta2, epsilon, weightDecay }: Settings, decoupled: boolean): OptimizerRule {
  const first = keeper();
  const second = keeper();
  let steps = 0;
  return {
    next(weights, gradient, learningRate) {
      steps += 1;
      const slope = !decoupled && weightDecay > 0 ? tf.add(gradient, tf.mul(weights, weightDecay)) : gradient;
      const mean = first.keep(blend(first.value, slope, beta1));
      const square = second.keep(blend(second.value, tf.square(slope), beta2));
      const spread = tf.add(tf.mul(tf.sqrt(square), 1 / Math.sqrt(1 - beta2 ** steps)), epsilon);
      const move = tf.mul(tf.div(mean, spread), learningRate / (1 - beta1 ** steps));
      const from = decoupled && weightDecay > 0 ? tf.mul(weights, 1 - learningRate * weightDecay) : weights;
      return tf.sub(from, move);
    },
    dispose() {
      first.dispose();
      second.dispose();
    },
  };
}

function adamKernel({ beta1, beta2, epsilon, weightDecay }: Settings, decoupled: boolean): UpdateKernel {
  return {
    name: 'AdamUpdate',
    state: ['first', 'second'],
    attributes: ({ steps, learningRate }) => ({
      beta1,
      beta2,
      epsilon,
      step: learningRate / (1 - beta1 ** steps),
      correction: 1 / Math.sqrt(1 - beta2 ** steps),
      ...(decoupled ? { keep: 1 - learningRate * weightDecay } : { l2: weightDecay }),
    }),
  };
}
