import { createRandom, shuffled } from '../random.js';
import { type Fold, foldOf, type SubjectSample, subjectsToSplit } from './samples.js';

/** Options of {@link subjectHoldOut}. */
export interface SubjectHoldOutOptions {
  /** Share of the subjects to test, between 0 and 1, rounded to whole subjects (at least 1, at most all but 1). Default 0.2. */
  fraction?: number;
  /** Seed of the draw. Default 0. */
  seed?: number;
  /** The subjects to test, by {@link subjectKey}, instead of a draw. */
  subjects?: readonly string[];
}

/**
 * One fold that tests some subjects and trains on the others; a list of one, so that all protocols are used alike.
 *
 * The subjects are drawn by the seed, or named in `subjects`. To hold out a validation part that keeps the class shares,
 * take the first fold of {@link stratifiedGroupKFold} instead. A hold-out of few subjects depends strongly on who was
 * drawn: do not compare its scores with leave-one-subject-out.
 *
 * @throws TypeError for a sample without subject or with an unusable data set.
 * @throws RangeError for an empty list, fewer than two subjects, a fraction outside (0, 1), an unknown subject, or when
 * no subject would be left for training.
 *
 * @example
 * ```ts
 * import { subjectHoldOut } from '@mer/metrics';
 *
 * const samples = ['a', 'b', 'c', 'b'].map((subject) => ({ subject }));
 * const [fold] = subjectHoldOut(samples, { subjects: ['b'] });
 * console.log(fold); // { name: 'hold-out', train: [ 0, 2 ], test: [ 1, 3 ] }
 * ```
 */
export function subjectHoldOut(
  samples: readonly SubjectSample[],
  { fraction = 0.2, seed = 0, subjects }: SubjectHoldOutOptions = {},
): Fold[] {
  const task = 'hold out subjects';
  const groups = subjectsToSplit(samples, task);
  const names = [...groups.keys()];
  if (!(fraction > 0 && fraction < 1)) {
    throw new RangeError(`Cannot ${task} as fraction must be between 0 and 1: current value is ${fraction}`);
  }
  const count = Math.min(names.length - 1, Math.max(1, Math.round(fraction * names.length)));
  const held = new Set(subjects ?? shuffled(names, createRandom(seed, task)).slice(0, count));
  const unknown = [...held].find((name) => !groups.has(name));
  if (unknown !== undefined) {
    throw new RangeError(`Cannot ${task} as subjects must be among ${names.join(', ')}: current value is ${unknown}`);
  }
  if (held.size === 0 || held.size === names.length) {
    throw new RangeError(
      `Cannot ${task} as subjects must name at least one and leave at least one of ${names.length}: current value is ${held.size}`,
    );
  }
  const test = [...held].flatMap((name) => groups.get(name)!);
  return [foldOf('hold-out', test, samples.length)];
}
