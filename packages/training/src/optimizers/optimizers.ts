import { type Part, withParts } from '@mer/options';
import { adam, adamw } from './adam.js';
import type { OptimizerDefinition } from './define-optimizer.js';
import { sgd } from './sgd.js';

/** Every optimizer; an experiment's `use` adds others. */
export const optimizers = [adam, adamw, sgd] as const;

/** Ours, and those of a list that are such parts. */
export const optimizersWith = (parts?: readonly Part[]) =>
  withParts<OptimizerDefinition>(['optimizer'], optimizers, parts);
