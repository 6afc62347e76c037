import { list, number } from '@mer/options';
import { binaryLoss } from './binary-loss.js';
import { declareLoss } from './define-loss.js';

/** Options that losses of any number of labels have in common. */
export const binaryOptions = {
  labelSmoothing: number('Share of each target that is moved to one half.', { min: 0, below: 1, default: 0 }),
  positiveWeights: list(
    'What having each label counts, with 1 for not having it; in the place of `classWeights`, all 1 if empty.',
    number('A weight.', { min: 0 }),
    { default: [] },
  ),
};

/** Binary cross-entropy of each label, as PyTorch's `BCEWithLogitsLoss` with `pos_weight`. */
export const binaryCrossEntropy = /* @__PURE__ */ declareLoss({
  name: 'binary-cross-entropy',
  title: 'Binary cross-entropy of any number of labels',
  paper: 'as torch.nn.BCEWithLogitsLoss',
  options: binaryOptions,
  labelKind: 'multiple',
  loss: ([logits], { classes }, { labelSmoothing, positiveWeights }, context) =>
    binaryLoss(logits!, classes, { smoothing: labelSmoothing, gamma: 0, positive: positiveWeights, ...context }),
});
