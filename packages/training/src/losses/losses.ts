import { crossEntropy } from './cross-entropy.js';
import { fdp } from './fdp.js';
import { focal } from './focal.js';

/** Every loss; an experiment's `use` adds others. */
export const losses = [crossEntropy, focal, fdp] as const;
