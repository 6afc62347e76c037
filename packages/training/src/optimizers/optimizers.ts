import { adam, adamw } from './adam.js';
import { sgd } from './sgd.js';

/** Every optimizer; an experiment's `use` adds others. */
export const optimizers = [adam, adamw, sgd] as const;
