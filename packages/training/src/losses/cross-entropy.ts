import { number } from '@mer/options';
import { classLoss } from './class-loss.js';
import { declareLoss } from './define-loss.js';

/** Cross-entropy, as PyTorch's `CrossEntropyLoss` with weights and smoothing. */
export const crossEntropy = /* @__PURE__ */ declareLoss({
  name: 'cross-entropy',
  title: 'Cross-entropy',
  paper: 'smoothing: Szegedy et al., CVPR 2016; as torch.nn.CrossEntropyLoss',
  options: {
    labelSmoothing: number('Share of each target that is spread over all classes.', { min: 0, below: 1, default: 0 }),
  },
  loss: ([logits], { classes }, { labelSmoothing }, context) =>
    classLoss(logits!, classes, { smoothing: labelSmoothing, gamma: 0, ...context }),
});
