import { number } from '@mer/options';
import { classLoss } from './class-loss.js';
import { declareLoss } from './define-loss.js';

/** Focal loss: samples that are right already weigh less. */
export const focal = /* @__PURE__ */ declareLoss({
  name: 'focal',
  title: 'Focal loss',
  paper: 'Lin et al., ICCV 2017',
  options: {
    gamma: number('Power of 1 - p by which a sample weighs.', { min: 0, default: 2 }),
    labelSmoothing: number('Share of each target that is spread over all classes.', { min: 0, below: 1, default: 0 }),
  },
  loss: ([logits], { classes }, { gamma, labelSmoothing }, context) =>
    classLoss(logits!, classes, { smoothing: labelSmoothing, gamma, ...context }),
});
