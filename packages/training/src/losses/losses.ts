import { type Part, withParts } from '@mer/options';
import { binaryCrossEntropy } from './binary-cross-entropy.js';
import { binaryFocal } from './binary-focal.js';
import { crossEntropy } from './cross-entropy.js';
import type { LossDefinition } from './define-loss.js';
import { fdp } from './fdp.js';
import { featref } from './featref.js';
import { focal } from './focal.js';
import { mol } from './mol.js';
import { selfDistillation } from './self-distillation.js';
import { squaredHinge } from './squared-hinge.js';

/** Every loss; an experiment's `use` adds others. */
export const losses = [
  crossEntropy,
  focal,
  fdp,
  featref,
  mol,
  selfDistillation,
  squaredHinge,
  binaryCrossEntropy,
  binaryFocal,
] as const;

/** Ours, and those of a list that are such parts. */
export const lossesWith = (parts?: readonly Part[]) => withParts<LossDefinition>(['loss'], losses, parts);
