import type { Dataset } from '@mer/datasets';
import { classesOf } from '@mer/training';
import type { FoldSample } from './folds.js';
import type { PlannedFold } from './plan.js';

/**
 * The classes that no training sample has, so that a fold cannot learn them.
 *
 * @param samples - all samples of the data set
 * @param train - training part of a fold: indices into the samples
 * @param classes - number of classes
 * @returns class indices, ascending
 */
export function untrainedClasses(
  samples: readonly Pick<FoldSample, 'label'>[],
  train: readonly number[],
  classes: number,
): number[] {
  const there = new Set(train.flatMap((index) => classesOf(samples[index]!.label)));
  return Array.from({ length: classes }, (_, c) => c).filter((c) => !there.has(c));
}

/** Which classes no training sample of some folds has: those folds cannot learn them. */
export function untrainedNote(folds: readonly PlannedFold[], { samples, classes }: Dataset): string | undefined {
  const lacking = new Map<string, string[]>();
  for (const { name, train } of folds) {
    for (const c of untrainedClasses(samples, train, classes.length)) {
      const there = lacking.get(classes[c]!) ?? [];
      if (!there.includes(name)) lacking.set(classes[c]!, [...there, name]);
    }
  }
  if (lacking.size === 0) return undefined;
  const each = [...lacking].map(([name, where]) => `${name} (fold ${where.join(', ')})`);
  return `no training sample has ${each.join('; ')}: it cannot be learned there`;
}
