import type { Label } from '../labels.js';

/** What a protocol must know of a sample: whose face it is. */
export interface SubjectSample {
  /** The subject's id within its data set. */
  subject: string;
  /** The data set; either every sample has one or none has. The same subject id in two data sets is two subjects. */
  dataset?: string;
}

/** A sample with its class, for protocols that balance classes. */
export interface LabeledSample extends SubjectSample {
  /** Class index or name; of a sample with any number of labels all of them. Only equality matters. */
  label: Label | readonly Label[];
}

/** One train/test division: indices into the list of samples. */
export interface Fold {
  /** Unique within the protocol; what is tested, for instance 'casme2/sub01'. */
  name: string;
  /** Indices of the training samples, ascending. */
  train: number[];
  /** Indices of the test samples, ascending. */
  test: number[];
}

/**
 * The key of a sample's subject: `dataset/subject`, or `subject` where samples name no data set.
 *
 * Every protocol and every statistic of this package takes the subject from here, so a subject id that occurs in two
 * data sets is two subjects everywhere.
 *
 * @example
 * ```ts
 * import { subjectKey } from '@mer/metrics';
 *
 * console.log(subjectKey({ dataset: 'casme2', subject: 'sub01' })); // casme2/sub01
 * console.log(subjectKey({ subject: 'sub01' })); // sub01
 * ```
 */
export function subjectKey({ dataset, subject }: SubjectSample): string {
  return dataset === undefined ? subject : `${dataset}/${subject}`;
}

/** Sample indices per key, keys in order of first appearance. */
export function indicesBy(keys: readonly string[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  keys.forEach((key, index) => {
    const indices = groups.get(key);
    if (indices) indices.push(index);
    else groups.set(key, [index]);
  });
  return groups;
}

/** Sample indices per subject, after checking every sample; `task` opens the error messages. */
export function subjectsOf(samples: readonly SubjectSample[], task: string): Map<string, number[]> {
  if (!Array.isArray(samples)) {
    throw new TypeError(`Cannot ${task} as samples must be an array: current value is ${String(samples)}`);
  }
  if (samples.length === 0) {
    throw new RangeError(`Cannot ${task} as samples must hold at least one sample: current value is []`);
  }
  const named = samples[0]?.dataset !== undefined;
  samples.forEach((sample: SubjectSample | undefined, index) => {
    if (typeof sample?.subject !== 'string' || sample.subject === '') {
      throw new TypeError(
        `Cannot ${task} as samples[${index}].subject must be a non-empty string: current value is ${JSON.stringify(sample?.subject)}`,
      );
    }
    if ((sample.dataset !== undefined) !== named) {
      throw new TypeError(
        `Cannot ${task} as either every sample or none must name its dataset: current value is ${JSON.stringify(sample.dataset)} at samples[${index}], ${JSON.stringify(samples[0]!.dataset)} at samples[0]`,
      );
    }
    if (named && (typeof sample.dataset !== 'string' || sample.dataset === '' || sample.dataset.includes('/'))) {
      throw new TypeError(
        `Cannot ${task} as samples[${index}].dataset must be a non-empty string without '/': current value is ${JSON.stringify(sample.dataset)}`,
      );
    }
  });
  return indicesBy(samples.map(subjectKey));
}

/** As {@link subjectsOf}, for protocols, which need at least `least` subjects. */
export function subjectsToSplit(samples: readonly SubjectSample[], task: string, least = 2): Map<string, number[]> {
  const subjects = subjectsOf(samples, task);
  if (subjects.size < least) {
    throw new RangeError(
      `Cannot ${task} as samples must come from at least ${least} subjects: current value is ${subjects.size} (${[...subjects.keys()].join(', ')})`,
    );
  }
  return subjects;
}

/** The fold that tests the given samples and trains on all others. */
export function foldOf(name: string, test: Iterable<number>, count: number): Fold {
  const held = new Set(test);
  const all = Array.from({ length: count }, (_, index) => index);
  return {
    name,
    train: all.filter((index) => !held.has(index)),
    test: all.filter((index) => held.has(index)),
  };
}
