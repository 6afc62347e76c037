import { type Fold, type SubjectSample, subjectKey, subjectsOf } from './samples.js';

/**
 * Throws unless every fold keeps its training and test subjects apart.
 *
 * The protocols of this package cannot leak; this is for folds from elsewhere (a published split, a file). Each fold must
 * hold valid indices, each at most once, on both sides, and no subject (data set and subject id) may be on both.
 *
 * @throws RangeError naming the fold and the index or subject at fault.
 *
 * @example
 * ```ts
 * import { assertNoLeak } from '@mer/metrics';
 *
 * const samples = [{ subject: 'a' }, { subject: 'b' }, { subject: 'b' }];
 * assertNoLeak([{ name: 'mine', train: [0], test: [1, 2] }], samples);
 * try {
 *   assertNoLeak([{ name: 'mine', train: [0, 1], test: [2] }], samples);
 * } catch (error) {
 *   console.log(String(error)); // RangeError: Cannot use fold mine as no subject must be in train and test: current value is b
 * }
 * ```
 */
export function assertNoLeak(folds: readonly Fold[], samples: readonly SubjectSample[]): void {
  subjectsOf(samples, 'check folds');
  for (const { name, train, test } of folds) {
    for (const [side, indices] of Object.entries({ train, test })) {
      if (indices.length === 0) {
        throw new RangeError(`Cannot use fold ${name} as ${side} must hold at least one sample: current value is []`);
      }
      const wrong = indices.find((index) => samples[index] === undefined);
      if (wrong !== undefined) {
        throw new RangeError(
          `Cannot use fold ${name} as ${side} must hold indices from 0 to ${samples.length - 1}: current value is ${wrong}`,
        );
      }
      const twice = indices.find((index, position) => indices.indexOf(index) !== position);
      if (twice !== undefined) {
        throw new RangeError(
          `Cannot use fold ${name} as ${side} must hold every index once: current value is ${twice} twice`,
        );
      }
    }
    const trained = new Set(train.map((index) => subjectKey(samples[index]!)));
    const leak = test.map((index) => subjectKey(samples[index]!)).find((key) => trained.has(key));
    if (leak !== undefined) {
      throw new RangeError(`Cannot use fold ${name} as no subject must be in train and test: current value is ${leak}`);
    }
  }
}
