import { assertNoLeak, type Fold, subjectHoldOut, subjectKey } from '@mer/metrics';
import { findPart, type Part } from '@mer/options';
import { type SampleLabel, seedOf } from '@mer/training';
import { experimentParts } from '../parts/part-kinds.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';

/** What a protocol must know of a sample. */
export interface FoldSample {
  /** Data set of the sample. */
  dataset: string;
  /** Subject within that data set. */
  subject: string;
  /** Class index, or those of all labels. */
  label: SampleLabel;
}

/**
 * Divides samples into the folds of an experiment's protocol.
 *
 * A fold of leave-one-subject-out is named after its subject, or `dataset/subject` where two data sets have a subject of that name.
 *
 * @param samples - all samples of the data set
 * @param protocol - `protocol` of an experiment
 * @param seed - seed of the run; only k-fold and hold-out draw from it
 * @param parts - anybody's own parts, which the protocol may name
 * @returns index lists; no subject is on both sides of a fold
 * @throws RangeError where the samples do not allow the protocol, for instance a single subject
 *
 * @example
 * ```ts
 * import { experimentFolds } from '@mer/experiments';
 *
 * const samples = [{ dataset: 'smic', subject: 's01', label: 0 }, { dataset: 'samm', subject: '006', label: 1 }];
 * console.log(experimentFolds(samples, { name: 'leave-one-subject-out' }, 0).map((fold) => fold.name)); // [ 's01', '006' ]
 * ```
 */
export function experimentFolds(
  samples: readonly FoldSample[],
  protocol: Experiment['protocol'],
  seed: number,
  parts?: readonly Part[],
): Fold[] {
  const definition = findPart('protocol', experimentParts(parts).protocols, protocol.name);
  const folds = definition.split(samples, protocol, { seed });
  if (definition.tests === false) return folds;
  try {
    assertNoLeak(folds, samples);
  } catch (cause) {
    throw new ExperimentError(`Cannot use protocol ${protocol.name}: ${(cause as Error).message}`, { cause });
  }
  return folds;
}

/**
 * Whether an experiment tests anybody; one whose protocol does not gives networks and no score.
 *
 * @param experiment - its protocol
 * @param parts - anybody's own parts, which the protocol may name
 */
export function testsSubjects({ protocol }: Pick<Experiment, 'protocol'>, parts?: readonly Part[]): boolean {
  return findPart('protocol', experimentParts(parts).protocols, protocol.name).tests !== false;
}

/**
 * Holds subjects of the training part out, to choose the epoch on them.
 *
 * @param samples - all samples of the data set
 * @param train - training part of a fold: indices into the samples
 * @param options - share of the training subjects (at least one, and one is left), and the key of the draw
 * @returns the two parts, as indices into the samples
 * @throws RangeError where the training part has fewer than two subjects
 *
 * @example
 * ```ts
 * import { holdOutValidation } from '@mer/experiments';
 *
 * const samples = ['a', 'b', 'c', 'd'].map((subject) => ({ dataset: 'x', subject, label: 0 }));
 * const { train, validation } = holdOutValidation(samples, [0, 1, 2], { fraction: 0.3, key: [0, 'd'] });
 * console.log(train.length, validation.length); // 2 1
 * ```
 */
export function holdOutValidation(
  samples: readonly FoldSample[],
  train: readonly number[],
  { fraction, key }: { fraction: number; key: readonly (string | number)[] },
): { train: number[]; validation: number[] } {
  const part = train.map((index) => samples[index]!);
  const [fold] = subjectHoldOut(part, { fraction, seed: seedOf([...key, 'validation']) >>> 0 });
  return { train: fold!.train.map((i) => train[i]!), validation: fold!.test.map((i) => train[i]!) };
}

/**
 * Lists the subjects of some samples, each once, in order of appearance.
 *
 * @param samples - all samples of the data set
 * @param indices - which of them; all by default
 */
export function subjectsOf(
  samples: readonly FoldSample[],
  indices: readonly number[] = samples.map((_, i) => i),
): string[] {
  return [...new Set(indices.map((index) => subjectKey(samples[index]!)))];
}
