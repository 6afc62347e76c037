import { number } from '@mer/options';
import { binaryOptions } from './binary-cross-entropy.js';
import { binaryLoss } from './binary-loss.js';
import { declareLoss } from './define-loss.js';

/** Focal loss of each label: what is right already weighs less. */
export const binaryFocal = /* @__PURE__ */ declareLoss({
  name: 'binary-focal',
  title: 'Focal loss of any number of labels',
  paper: 'Lin et al., ICCV 2017',
  options: {
    gamma: number('Power of the probability of being wrong by which a label of a sample weighs.', {
      min: 0,
      default: 2,
    }),
    ...binaryOptions,
  },
  labelKind: 'multiple',
  loss: ([logits], { classes }, { gamma, labelSmoothing, positiveWeights }, context) =>
    binaryLoss(logits!, classes, { smoothing: labelSmoothing, gamma, positive: positiveWeights, ...context }),
});
