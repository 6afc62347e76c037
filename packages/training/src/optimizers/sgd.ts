import { flag, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { declareOptimizer } from './define-optimizer.js';
import { keeper } from './state.js';

/** Stochastic gradient descent, with momentum: adds `weightDecay * w` to the gradient of w, as PyTorch does. */
export const sgd = /* @__PURE__ */ declareOptimizer({
  name: 'sgd',
  title: 'Stochastic gradient descent',
  paper: 'as torch.optim.SGD',
  options: {
    learningRate: number('Learning rate.', { above: 0, default: 1e-2 }),
    momentum: number('Share of the speed that is kept.', { min: 0, below: 1, default: 0 }),
    nesterov: flag('Looks ahead by the momentum.', { default: false }),
    weightDecay: number('Weight decay, added to the gradient.', { min: 0, default: 0 }),
  },
  rule({ momentum, nesterov, weightDecay }) {
    const velocity = keeper();
    return {
      next(weights, gradient, learningRate) {
        const slope = weightDecay > 0 ? tf.add(gradient, tf.mul(weights, weightDecay)) : gradient;
        if (momentum === 0) return tf.sub(weights, tf.mul(slope, learningRate));
        const { value } = velocity;
        const speed = velocity.keep(value ? tf.add(tf.mul(value, momentum), slope) : tf.clone(slope));
        const move = nesterov ? tf.add(slope, tf.mul(speed, momentum)) : speed;
        return tf.sub(weights, tf.mul(move, learningRate));
      },
      dispose: () => velocity.dispose(),
    };
  },
  kernel: ({ momentum, nesterov, weightDecay }) => ({
    name: 'SgdUpdate',
    state: momentum === 0 ? [] : ['velocity'],
    attributes: ({ learningRate }) => ({ step: learningRate, momentum, nesterov, l2: weightDecay }),
  }),
});
