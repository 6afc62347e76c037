import { createRandom, shuffled } from '../random.js';
import { type Fold, foldOf, type LabeledSample, subjectsToSplit } from './samples.js';

/** Options of {@link stratifiedGroupKFold}. */
export interface StratifiedGroupKFoldOptions {
  /** Number of folds, from 2 to the number of subjects. Default 5. */
  folds?: number;
  /** Seed of the order in which equal subjects are dealt out. Default 0. */
  seed?: number;
}

/**
 * k folds of whole subjects whose test parts have class counts as equal as whole subjects allow.
 *
 * Subjects are shuffled by the seed, ordered by how uneven their class counts are (most uneven first), and each is given
 * to the fold for which the spread of class shares, the mean over classes of the standard deviation over folds of
 * count / class total, becomes smallest; ties go to the fold with fewest samples. Every fold tests at least one subject;
 * every sample is tested once. A sample with several labels counts
 * for each of them, and those without any as a class of their own. Folds are named 'fold-1', 'fold-2', …; the same seed gives the same folds everywhere.
 *
 * @throws TypeError for a sample without subject or label.
 * @throws RangeError for an empty list, `folds` outside 2 to the number of subjects, or a seed that is no whole number.
 *
 * @example
 * ```ts
 * import { stratifiedGroupKFold } from '@mer/metrics';
 *
 * const samples = ['a', 'b', 'c', 'd'].flatMap((subject) => [0, 1].map((label) => ({ subject, label })));
 * const folds = stratifiedGroupKFold(samples, { folds: 2, seed: 1 });
 * console.log(folds.map(({ test }) => test.length)); // [ 4, 4 ]
 * ```
 *
 * Reference: the greedy rule of scikit-learn's StratifiedGroupKFold. That no fold is empty and the tie-breaking are this
 * project's own.
 */
export function stratifiedGroupKFold(
  samples: readonly LabeledSample[],
  { folds = 5, seed = 0 }: StratifiedGroupKFoldOptions = {},
): Fold[] {
  const task = 'make stratified group folds';
  const subjects = subjectsToSplit(samples, task);
  if (!Number.isInteger(folds) || folds < 2 || folds > subjects.size) {
    throw new RangeError(
      `Cannot ${task} as folds must be a whole number from 2 to the number of subjects (${subjects.size}): current value is ${folds}`,
    );
  }
  const labels = [...new Set(samples.flatMap(labelsOf))];
  const unlabeled = samples.findIndex(({ label }) => label === undefined || label === null);
  if (unlabeled >= 0) {
    throw new TypeError(`Cannot ${task} as samples[${unlabeled}].label must be a class: current value is undefined`);
  }
  const groups = shuffled([...subjects.values()], createRandom(seed, task)).map((indices) => ({
    indices,
    counts: labels.map((label) => indices.filter((index) => labelsOf(samples[index]!).includes(label)).length),
  }));
  groups.sort((a, b) => deviation(b.counts) - deviation(a.counts));
  const totals = labels.map((_, c) => groups.reduce((total, { counts }) => total + counts[c]!, 0));
  const parts = Array.from({ length: folds }, () => ({ indices: [] as number[], counts: labels.map(() => 0) }));

  groups.forEach((group, position) => {
    const empty = parts.filter(({ indices }) => indices.length === 0);
    const candidates = empty.length === groups.length - position ? empty : parts;
    let best = candidates[0]!;
    let least = Number.POSITIVE_INFINITY;
    for (const candidate of candidates) {
      const spread = spreadWith(candidate.counts, group.counts);
      const tied = Math.abs(spread - least) <= 1e-12;
      if (tied ? candidate.indices.length < best.indices.length : spread < least) {
        best = candidate;
        least = spread;
      }
    }
    best.indices.push(...group.indices);
    best.counts = best.counts.map((count, c) => count + group.counts[c]!);
  });
  return parts.map(({ indices }, index) => foldOf(`fold-${index + 1}`, indices, samples.length));

  function spreadWith(target: readonly number[], added: readonly number[]): number {
    const spreads = totals.map((total, c) =>
      deviation(parts.map(({ counts }) => (counts[c]! + (counts === target ? added[c]! : 0)) / total)),
    );
    return spreads.reduce((total, value) => total + value, 0) / spreads.length;
  }
}

/** Stands for the class of samples that have no label. */
const NONE = Symbol('none');

/** What a sample counts for. */
function labelsOf({ label }: LabeledSample): readonly unknown[] {
  if (!Array.isArray(label)) return [label];
  return label.length > 0 ? label : [NONE];
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length);
}
